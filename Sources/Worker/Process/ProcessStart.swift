import Foundation
import Inference

/// Prepares the process before the program does anything.
package enum ProcessStart {
    /// Sees to descriptors, to what libraries must not do, and to signals.
    package static func prepare() {
        occupyStandardDescriptors()
        DescriptorLimit.raise()
        // Before there is a second thread, which signals need.
        OrtRuntime.forbidTelemetry()
        ProcessSignals.shared.start()
    }

    /// Opens those of descriptors 0 to 2 that are closed: a connection that got one of these numbers would be sent the log.
    ///
    /// For reading only, so that writing to them still fails: a command whose output nobody can have must say so.
    static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free is taken, which is this one.
            if open("/dev/null", O_RDONLY) < 0 { _ = open("/", O_RDONLY) }
        }
    }
}
