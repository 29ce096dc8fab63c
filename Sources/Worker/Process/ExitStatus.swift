/// The program's exit statuses; documented in docs/configuration.md.
package enum ExitStatus {
    package static let success: Int32 = 0
    /// Something went wrong that is not a mistake of the caller.
    package static let failure: Int32 = 1
    /// The command line or a setting is wrong.
    package static let usage: Int32 = 2
    /// A part of the worker was stuck.
    static let stalled: Int32 = 3
    /// A second signal cut a graceful stop short.
    static let interruptedTwice: Int32 = 130
}
