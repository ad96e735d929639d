// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_CONSOLE_INTERRUPT_H_
#define EXAMPLES_CONSOLE_INTERRUPT_H_

namespace console {

// Lets Ctrl-C (SIGINT) and SIGTERM end a program in good order instead of at once.
void CatchInterrupts();

// Whether one has come.
bool Interrupted();

}  // namespace console

#endif  // EXAMPLES_CONSOLE_INTERRUPT_H_
