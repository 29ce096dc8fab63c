import Foundation
package import Logging
import Pipeline

extension WorkerLifecycle {
    /// Has signals steer a worker that has nothing in hand yet: one that stops it ends the process at once, SIGUSR1 pauses and resumes.
    ///
    /// C code that loads a model cannot be interrupted, and a graceful stop would wait for it.
    ///
    /// - Parameters:
    ///   - status: What the process ends with.
    ///   - logger: Told of it.
    package func obeySignals(status: Int32 = ExitStatus.success, logger: Logger) {
        ProcessSignals.shared.whenStopped {
            logger.notice("Stopped before the work began")
            self.drain()
            _exit(status)
        } again: {
            _exit(ExitStatus.interruptedTwice)
        }
        ProcessSignals.shared.whenToggled {
            let isPaused = !self.pauseSwitch.isPaused
            self.pauseSwitch.set(paused: isPaused)
            logger.notice(
                isPaused
                    ? "Paused: what is in hand is finished, no more tasks are taken; SIGUSR1 resumes"
                    : "Resumed: tasks are taken again"
            )
        }
    }

    /// Has the first signal that stops a worker drain it, and the second end the process at once.
    func drainOnSignals(logger: Logger) {
        ProcessSignals.shared.whenStopped {
            logger.notice("Draining: finishing what is in hand; a second signal stops at once")
            self.drain()
        } again: {
            _exit(ExitStatus.interruptedTwice)
        }
    }
}
