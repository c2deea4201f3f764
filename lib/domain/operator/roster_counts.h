/* roster_counts.h - what an import counts, in the order in which it is printed and kept. */

#ifndef ROSTER_COUNTS_H
#define ROSTER_COUNTS_H

#include <stdint.h>

/* X(member, word): `word` is printed. Persons are the insured; dependents can not register. */
#define ROSTER_COUNT_LIST(X)                                                                  \
	X(lines, "lines")                   /* behind the header */                           \
	X(invalid_lines, "invalid_lines")   /* with errors */                                 \
	X(insured, "insured")               /* lines of insured persons */                    \
	X(dependents, "dependents")         /* lines of dependents */                         \
	X(added, "added")                   /* persons who were not stored */                 \
	X(changed, "changed")               /* persons with another name or other dates */    \
	X(unchanged, "unchanged")           /* persons as they were stored */                 \
	X(moved, "moved")                   /* persons with another number or symbol */       \
	X(left_out, "left_out")             /* lines of persons who ended too long ago */     \
	X(ended, "ended")                   /* persons who are absent, and were not before */ \
	X(birth_dates, "birth_dates")       /* of stored persons, changed */                  \
	X(names, "names")                   /* of stored persons, changed */                  \
	X(ambiguous, "ambiguous")           /* lines that spell the same as another person */ \
	X(eligible, "eligible")             /* persons, today, before the import */           \
	X(losing, "losing")                 /* of them: who are not after it, by whatever */  \
	X(eligible_after, "eligible_after") /* persons, today, after it: for the metrics */

#define ROSTER_COUNT_MEMBER_(member, word) int64_t member;
struct roster_counts {
	ROSTER_COUNT_LIST(ROSTER_COUNT_MEMBER_)
};
#undef ROSTER_COUNT_MEMBER_

#endif
