/* SPDX-License-Identifier: GPL-2.0 */
/* Models learn in populated time: while a task is in a workload that has them. */
#ifndef LEVEE_POLICY_MODEL_CLOCK_H
#define LEVEE_POLICY_MODEL_CLOCK_H

/* There may be a model that learns; without this the clock stands. Any context. */
void levee_model_clock_start(void);

int levee_model_clock_init(void);
/* Nobody starts it any more. Sleeps. */
void levee_model_clock_exit(void);

#endif /* LEVEE_POLICY_MODEL_CLOCK_H */
