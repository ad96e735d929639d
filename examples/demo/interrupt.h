// SPDX-License-Identifier: Apache-2.0
#ifndef EXAMPLES_DEMO_INTERRUPT_H_
#define EXAMPLES_DEMO_INTERRUPT_H_

namespace demo {

// Lets Ctrl-C (SIGINT) and SIGTERM end the demo in good order instead of at once.
void CatchInterrupts();

// Whether one has come.
bool Interrupted();

}  // namespace demo

#endif  // EXAMPLES_DEMO_INTERRUPT_H_
