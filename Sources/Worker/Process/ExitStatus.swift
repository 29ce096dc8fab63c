import Antenna
import Inference
import Telemetry
import Transport

/// The program's exit statuses; documented in docs/configuration.md.
package enum ExitStatus {
    package static let success: Int32 = 0
    /// Something went wrong that is not a mistake of the caller.
    package static let failure: Int32 = 1
    /// The command line or a setting is wrong.
    package static let usage: Int32 = 2
    /// A part of the worker was stuck.
    static let stalled: Int32 = 3
    /// What was set up is not what it takes, and another start finds it as it is: a model, a device, a token, a password.
    ///
    /// `EX_CONFIG` of sysexits.h.
    static let configuration: Int32 = 78
    /// A second signal cut a graceful stop short.
    static let interruptedTwice: Int32 = 130

    /// The status of a command that ended with an error; nil for an error that says nothing of it.
    package static func status(of error: any Error) -> Int32? {
        switch error {
        case let error as CommandFailure: error.status
        case let error as InferenceError: error.isRetriable ? failure : configuration
        case is ManifestError: configuration
        case let error as AntennaError:
            switch error.code {
            case .authentication, .forbidden, .configuration: configuration
            default: failure
            }
        case let error as SpoolError: error.isLasting ? configuration : failure
        case let error as TransportError: error.code == .configuration ? configuration : failure
        default: nil
        }
    }
}
