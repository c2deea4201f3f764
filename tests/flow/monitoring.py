#!/usr/bin/python3
"""Does what docs/monitoring.md and deploy/ say of the metrics agree with a scrape?

monitoring.py docs SCRAPE DOCUMENT                 every metric, with its type and labels, both ways
monitoring.py dashboard SCRAPE JSON                the form of the dashboard, and what its panels ask for
monitoring.py rules SCRAPE RULES DOCUMENT TEST...  each alert has a rule, a runbook line and tests
monitoring.py used SCRAPE JSON RULES               each metric is in a panel or a rule

Print each difference; the exit status is 1 if there is one.

monitoring.py expressions JSON                     prints what the panels ask for as rules, for promtool
monitoring.py lasting SCRAPE RULES ALERT...        prints a test for promtool: were it so for three hours, exactly these
                                                   alerts would come"""

import json
import pathlib
import re
import sys

import yaml

# A row: | `name` or `name` * | type | labels | unit | what it is |
ROW = re.compile(r"^\| `(myportal_[a-z_]+)`(?: \*)? \| (\w+) \| ([^|]*) \| ([^|]*) \| ([^|]+) \|$", re.MULTILINE)
ALERT = re.compile(r"^\| `(Myportal[A-Za-z]+)` \| ([^|]+) \| ([^|]{40,}) \|$", re.MULTILINE)
TYPE = re.compile(r"^# TYPE (\S+) (\S+)$", re.MULTILINE)
SAMPLE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? \S+$", re.MULTILINE)
VALUE = re.compile(r"^([a-z_]+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)
LABEL = re.compile(r'([a-z_]+)(?:=~|!~|!=|=)"(?:[^"\\]|\\.)*"')
PARTS = ("_bucket", "_sum", "_count")  # of a histogram
USE = re.compile(r"\b(myportal_[a-z_]+)(?:\{([^}]*)\})?(\[)?")
OF_TARGETS = {"job", "instance", "le"}  # labels that Prometheus adds, and that of buckets
PANELS = {"row", "timeseries", "stat", "bargauge"}
WIDTH = 24  # of a dashboard


def family(name: str, names) -> str:
    return next((name.removesuffix(part) for part in PARTS if name.removesuffix(part) in names), name)


def scraped(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    """The type and the labels of each metric of a scrape."""
    text = pathlib.Path(path).read_text()
    types = dict(TYPE.findall(text))
    labels: dict[str, set[str]] = {name: set() for name in types}
    for name, pairs in SAMPLE.findall(text):
        labels[family(name, types)] |= set(LABEL.findall(pairs)) - {"le"}
    return {name: (kind, frozenset(labels[name])) for name, kind in types.items()}


def documented(path: str) -> dict[str, tuple[str, frozenset[str]]]:
    rows = ROW.findall(pathlib.Path(path).read_text())
    return {name: (kind, frozenset(re.findall(r"`([a-z_]+)`", labels))) for name, kind, labels, _, _ in rows}


def units(path: str) -> list[str]:
    """Is the unit of each metric said, and is it the one in its name?"""
    wrong = []
    for name, _, _, unit, _ in ROW.findall(pathlib.Path(path).read_text()):
        in_name = "_seconds" in name
        if not unit.strip() or in_name != (unit.strip() == "seconds"):
            wrong.append(f"{name}: its unit is not {unit.strip()!r}")
    return wrong


def docs(scrape: str, document: str) -> list[str]:
    there, told = scraped(scrape), documented(document)
    wrong = [f"{name} {there[name]} is not documented" for name in there.keys() - told.keys()]
    wrong += [f"{name} is documented, and not there" for name in told.keys() - there.keys()]
    wrong += [
        f"{name} is {there[name]}, documented as {told[name]}"
        for name in there.keys() & told.keys()
        if there[name] != told[name]
    ]
    return wrong + units(document)


def uses(expression: str, there, where: str) -> list[str]:
    """Are the metrics of an expression there, with these labels, and is a range taken of counters alone?"""
    wrong = []
    for name, pairs, is_range in USE.findall(expression):
        name = family(name, there)
        if name not in there:
            wrong.append(f"{where}: there is no {name}")
            continue
        kind, labels = there[name]
        wrong += [f"{where}: {name} has no label {label}" for label in set(LABEL.findall(pairs)) - labels - OF_TARGETS]
        if (kind == "gauge") == bool(is_range):
            wrong.append(f"{where}: {name} is a {kind}")
    if not USE.search(expression) and "up{" not in expression:
        wrong.append(f"{where}: asks for nothing of ours")
    return wrong


def panels_of(path: str) -> list[dict]:
    return json.loads(pathlib.Path(path).read_text())["panels"]


def targets_of(path: str) -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in panels_of(path) for target in panel.get("targets", [])]


def overlapping(panels: list[dict]) -> list[str]:
    taken: dict[tuple[int, int], str] = {}
    wrong = []
    for panel in panels:
        grid = panel["gridPos"]
        if grid["x"] + grid["w"] > WIDTH:
            wrong.append(f"{panel['title']}: wider than the page")
        for x in range(grid["x"], grid["x"] + grid["w"]):
            for y in range(grid["y"], grid["y"] + grid["h"]):
                if taken.setdefault((x, y), panel["title"]) != panel["title"]:
                    wrong.append(f"{panel['title']}: over {taken[x, y]}")
    return sorted(set(wrong))


def panel_form(panel: dict) -> list[str]:
    title = panel["title"]
    if panel["type"] == "row":
        return []
    wrong = [f"{title}: a {panel['type']}" for _ in [0] if panel["type"] not in PANELS]
    wrong += [f"{title}: no {member}" for member in ("description", "targets") if not panel.get(member)]
    for part in [panel, *panel["targets"]]:
        if part["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
            wrong.append(f"{title}: another source of data")
    references = [target["refId"] for target in panel["targets"]]
    return wrong + [f"{title}: two targets of one name" for _ in [0] if len(set(references)) < len(references)]


def dashboard(scrape: str, path: str) -> list[str]:
    document, there, panels = json.loads(pathlib.Path(path).read_text()), scraped(scrape), panels_of(path)
    variables = {variable["name"]: variable["type"] for variable in document["templating"]["list"]}
    wrong = overlapping(panels)
    if (document["uid"], variables) != ("myportal", {"datasource": "datasource", "job": "query", "instance": "query"}):
        wrong.append(f"another dashboard: {document['uid']} {variables}")
    if len({panel["id"] for panel in panels}) < len(panels):
        wrong.append("two panels have one id")
    for panel in panels:
        wrong += panel_form(panel)
    for title, expression in targets_of(path):
        wrong += uses(expression, there, title)
        if 'job=~"$job",instance=~"$instance"' not in expression:
            wrong.append(f"{title}: of every job")
    return wrong


def expressions(path: str) -> None:
    rules = []
    for number, (_, expression) in enumerate(targets_of(path)):
        for variable, value in (("$__rate_interval", "5m"), ("$__range", "1d"), ("$job", ".+"), ("$instance", ".+")):
            expression = expression.replace(variable, value)
        rules.append({"record": f"panel:{number}", "expr": expression})
    print(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))


def rules_of(path: str) -> dict[str, dict]:
    groups = yaml.safe_load(pathlib.Path(path).read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def tested(paths) -> dict[str, set[bool]]:
    """Of each alert: is there a test in which it comes, and one in which it does not?"""
    seen: dict[str, set[bool]] = {}
    for path in paths:
        for test in yaml.safe_load(pathlib.Path(path).read_text())["tests"]:
            for case in test["alert_rule_test"]:
                seen.setdefault(case["alertname"], set()).add(bool(case.get("exp_alerts")))
    return seen


def rules(scrape: str, path: str, document: str, *tests: str) -> list[str]:
    there, alerts, seen = scraped(scrape), rules_of(path), tested(tests)
    told = {name for name, _, _ in ALERT.findall(pathlib.Path(document).read_text())}
    wrong = [f"{name}: no line in {document}" for name in alerts.keys() - told]
    wrong += [f"{name}: in {document}, and no rule" for name in told - alerts.keys()]
    for name, rule in alerts.items():
        wrong += uses(rule["expr"], there, name)
        if rule.get("labels", {}).get("severity") not in ("critical", "warning"):
            wrong.append(f"{name}: no severity")
        if not rule["annotations"]["summary"].endswith("."):
            wrong.append(f"{name}: no summary")
        if seen.get(name) != {True, False}:
            wrong.append(f"{name}: not tested both ways")
    return wrong


def used(scrape: str, board: str, path: str) -> list[str]:
    there = scraped(scrape)
    asked = [expression for _, expression in targets_of(board)] + [rule["expr"] for rule in rules_of(path).values()]
    found = {family(name, there) for expression in asked for name, _, _ in USE.findall(expression)}
    return [f"{name} is in no panel and no rule" for name in there.keys() - found]


def lasting(scrape: str, path: str, *alerts: str) -> None:
    series = [{"series": 'up{job="myportal",instance="one"}', "values": "1+0x180"}]
    for name, pairs, value in VALUE.findall(pathlib.Path(scrape).read_text()):
        labels = ",".join(filter(None, ['job="myportal",instance="one"', pairs]))
        series.append({"series": f"{name}{{{labels}}}", "values": f"{value}+0x180"})
    come = {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "3h",
            "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1} for alert in alerts]}
    print(json.dumps({"rule_files": [str(pathlib.Path(path).resolve())], "evaluation_interval": "1m",
                      "tests": [{"interval": "1m", "input_series": series, "promql_expr_test": [come]}]}))


def main() -> int:
    checks = {"docs": docs, "dashboard": dashboard, "rules": rules, "used": used, "expressions": expressions,
              "lasting": lasting}
    wrong = checks[sys.argv[1]](*sys.argv[2:]) or []
    print(*sorted(wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
