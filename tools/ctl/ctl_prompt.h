/* ctl_prompt.h - asks for personal data, which command lines would show to everybody.
 *
 * A person at a terminal is asked there ("login ID: "), whatever standard input and output are; a
 * script gives one line on standard input for each thing that is asked. */

#ifndef CTL_PROMPT_H
#define CTL_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/* Asks for `what`. The answer's end of line and the padding around it are dropped. `from_stdin`:
 * standard input is read and nobody is asked (the operand "-"); so it is without a terminal.
 *
 * False, and the reason was printed: nothing was typed, or a control character in it, more than
 * `ret_size` - 1 bytes, bytes that are not UTF-8. What was read is nowhere shown. */
bool ctl_prompt(const char *what, bool from_stdin, char *ret, size_t ret_size)
    __attribute__((warn_unused_result));

/* The same for a passphrase: a terminal does not show what is typed there. */
bool ctl_prompt_hidden(const char *what, bool from_stdin, char *ret, size_t ret_size)
    __attribute__((warn_unused_result));

/* Is there a terminal at which somebody is asked? */
bool ctl_prompt_has_terminal(void);

#endif
