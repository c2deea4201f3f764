#!/usr/bin/python3
"""How much of the spoken CAPTCHAs is understood by programs: hear.py CLEAN NOISY (folders of
captcha_speak: the same sounds without and with what is behind the voice).

Two listeners, both told the alphabet, that there are six characters, and what pauses lie between:

  a recogniser   pocketsphinx with its model of American English and a grammar of the characters.
                 The sound is cut where it is least loud; English only
  a matcher      knows every clip: holds them, at seven speeds, against the sound's spectrum and takes
                 the six places without overlap that fit best

Prints how far what is said stands above the rest, and how many of each folder are read. Needs
pocketsphinx, pocketsphinx-en-us and python3-numpy."""

import pathlib
import runpy
import subprocess
import sys
import tempfile
import wave

import numpy as np

RATE = 8000
LENGTH = 6
PAUSE = 0.26  # seconds: less than any between two characters
MODEL = "/usr/share/pocketsphinx/model/en-us"
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def samples(path):
    with wave.open(str(path)) as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), dtype=np.uint8) - 128.0


def score(paths, read):
    """Whole answers and characters that were read."""
    whole = right = 0
    for path in paths:
        answer, heard = path.stem[-LENGTH:], read(path)
        whole += answer == heard
        right += sum(a == b for a, b in zip(answer, heard))
    return f"{whole:4d} of {len(paths)} whole, {right / len(paths) / LENGTH:4.0%} of the characters"


def decibels(clean, noisy):
    """What is said over what is not, while something is said."""
    said = rest = 0
    for path in clean:
        one = samples(path)
        other = samples(noisy / path.name)
        loud = np.convolve(one ** 2, np.ones(400) / 400, "same") > 4
        said += np.sum(one[loud] ** 2)
        rest += np.sum((other - one)[loud] ** 2)
    return 10 * np.log10(said / rest)


# --- the recogniser -------------------------------------------------------------------------------

LETTERS = dict(
    A="EY", B="B IY", C="S IY", D="D IY", E="IY", F="EH F", G="JH IY", H="EY CH", J="JH EY", K="K EY",
    L="EH L", M="EH M", N="EH N", P="P IY", Q="K Y UW", R="AA R", S="EH S", T="T IY", U="Y UW",
    V="V IY", W="D AH B AH L Y UW", X="EH K S", Y="W AY", Z="Z IY")


def write_grammar(folder):
    """A word of the recogniser for each character, of the sounds of all that is said for it."""
    said = runpy.run_path(str(pathlib.Path(__file__).parents[2] / "tools" / "gen" / "speech"))["SAID"]["en"]
    sounds = dict(line.split(None, 1) for line in open(f"{MODEL}/cmudict-en-us.dict"))
    lines = []
    for character, text in said.items():
        words = text.lower().split()
        spoken = [LETTERS[character]] if character in LETTERS else []
        spoken += [sounds[word].strip() for word in words[bool(spoken):]]
        lines.append(f"{character} {' '.join(spoken)}\n")
    (folder / "words").write_text("".join(lines))
    (folder / "grammar").write_text(
        f"#JSGF V1.0;\ngrammar g;\npublic <one> = {' | '.join(ALPHABET)};\n")


def spoken_parts(sound):
    """Where six characters stand: the lowest threshold of loudness that leaves six parts."""
    loudness = np.log(np.convolve(sound ** 2, np.hanning(800) / 400, "same")[::80] + 1)
    for threshold in np.linspace(loudness.min(), loudness.max(), 200):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], loudness > threshold, [0]])))
        parts = []
        for begin, end in edges.reshape(-1, 2) * 80:
            if parts and begin - parts[-1][1] < PAUSE * RATE:
                parts[-1][1] = end
            else:
                parts.append([begin, end])
        parts = [part for part in parts if part[1] - part[0] > 0.08 * RATE]
        if len(parts) == LENGTH:
            return [sound[max(0, begin - 1200):end + 1200] for begin, end in parts]
    return []


def doubled(sound):
    """At 16 kHz, as the model wants it, and never quite silent."""
    size = len(sound)
    spectrum = np.zeros(size + 1, complex)
    spectrum[:size // 2 + 1] = np.fft.rfft(sound)
    noise = np.random.default_rng(1).normal(size=2 * size)
    return np.clip(np.fft.irfft(spectrum, 2 * size) * 240 + 3 * noise, -32767, 32767).astype("<i2")


def recogniser(paths):
    with tempfile.TemporaryDirectory() as name:
        folder, names = pathlib.Path(name), []
        write_grammar(folder)
        for path in paths:
            for place, part in enumerate(spoken_parts(samples(path))):
                names.append(f"{path.stem}.{place}")
                doubled(part).tofile(folder / f"{names[-1]}.raw")
        (folder / "names").write_text("".join(f"{name}\n" for name in names))
        subprocess.run(
            ["pocketsphinx_batch", "-hmm", f"{MODEL}/en-us", "-dict", folder / "words",
             "-jsgf", folder / "grammar", "-adcin", "yes", "-cepdir", folder, "-cepext", ".raw",
             "-ctl", folder / "names", "-hyp", folder / "heard", "-remove_silence", "no",
             "-beam", "1e-90", "-wbeam", "1e-70", "-pbeam", "1e-90"],
            stderr=subprocess.DEVNULL, check=True)
        heard = [line[0] for line in open(folder / "heard")]
    heard = dict(zip(names, heard))
    return lambda path: "".join(heard.get(f"{path.stem}.{place}", "?") for place in range(LENGTH))


# --- the matcher ----------------------------------------------------------------------------------

HOP, WINDOW, BANDS, WIDTH = 80, 200, 24, 2048
SPEEDS = np.linspace(0.92, 1.12, 7)
FLOOR = 3e4  # what is softer counts as silence


def bank():
    """Bands of equal width to the ear (mel)."""
    hertz = np.fft.rfftfreq(256, 1 / RATE)
    mel = 2595 * np.log10(1 + hertz / 700)
    edges = np.linspace(150, 2100, BANDS + 2)
    rising = (mel[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - mel[None]) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rising, falling), 0, None)


BANK = bank()


def spectrum(sound):
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP] * np.hanning(WINDOW)
    return np.log(np.abs(np.fft.rfft(frames, 256)) ** 2 @ BANK.T + FLOOR).T


def templates(folder):
    """(voice, character) -> what it looks like at each speed, of length one."""
    found = {}
    for path in sorted(folder.glob("*.raw")):
        voice, character = path.stem.split("-")
        clip = np.fromfile(path, dtype=np.int8) * 1.4
        for speed in SPEEDS:
            at = np.arange(0, len(clip) - 1, speed)
            played = np.pad(np.interp(at, np.arange(len(clip)), clip), WINDOW)
            shape = spectrum(played)
            shape -= shape.mean(1, keepdims=True)
            found.setdefault((voice, character), []).append(shape / np.linalg.norm(shape))
    return found


def fits(seen, shapes):
    """For each place of the sound how well the best of the shapes fits there, and its length."""
    size = seen.shape[1]
    best, length = np.full(size, -1.0), np.ones(size, int)
    sums = np.pad(np.cumsum(seen, 1), ((0, 0), (1, 0)))
    squares = np.pad(np.cumsum((seen ** 2).sum(0)), (1, 0))
    far = np.fft.rfft(seen, WIDTH)
    for shape in shapes:
        wide = shape.shape[1]
        if wide >= size:
            continue
        like = np.fft.irfft((far * np.conj(np.fft.rfft(shape, WIDTH))).sum(0), WIDTH)[:size - wide]
        mean = sums[:, wide:size] - sums[:, :size - wide]
        power = squares[wide:size] - squares[:size - wide] - (mean ** 2).sum(0) / wide
        like *= np.sqrt(wide) / 8 / np.sqrt(np.maximum(power, 1e-9))
        better = like > best[:size - wide]
        best[:size - wide][better] = like[better]
        length[:size - wide][better] = wide
    return best, length


def best_six(fit):
    """The six that fit best, one after the other with pauses between: (how well, what)."""
    size = len(next(iter(fit.values()))[0])
    gap = int(PAUSE * RATE / HOP)
    now = [(0.0, "")] * (size + 1)  # the best up to each place
    for count in range(LENGTH):
        new = [(-1e9, "")] * (size + 1)
        for begin in range(size):
            before, text = now[begin - gap if count else begin] if begin >= gap else (-1e9, "")
            for character, (best, length) in fit.items():
                end = begin + length[begin]
                if end <= size and before + best[begin] > new[end][0]:
                    new[end] = (before + best[begin], text + character)
        for place in range(1, size + 1):
            new[place] = max(new[place], new[place - 1], key=lambda one: one[0])
        now = new
    return now[size]


def matcher(folder):
    known = templates(folder)

    def read(path):
        seen = spectrum(samples(path))
        return max(best_six({character: fits(seen, shapes)
                             for (of, character), shapes in known.items() if of == voice})
                   for voice in {voice for voice, _ in known})[1]
    return read


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: hear.py CLEAN NOISY")
    clean, noisy = map(pathlib.Path, sys.argv[1:])
    files = {folder: sorted(folder.glob("*.wav")) for folder in (clean, noisy)}
    print(f"what is said stands {decibels(files[clean], noisy):.1f} dB above the rest")
    for name, folder in (("without it", clean), ("with it", noisy)):
        print(f"recogniser, {name:10}: {score(files[folder], recogniser(files[folder]))}", flush=True)
    for name, folder in (("without it", clean), ("with it", noisy)):
        print(f"matcher,    {name:10}: {score(files[folder], matcher(folder / 'clips'))}", flush=True)


main()
