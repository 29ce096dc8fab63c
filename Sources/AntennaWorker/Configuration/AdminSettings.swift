/// The admin port and the watchdog.
struct AdminSettings: Sendable, Equatable {
    /// The address to listen on.
    var host: String
    /// Further names that the port may be asked by.
    var names: [String]
    /// As it was set; 0 means none.
    var portNumber: Int
    /// As it was set; zero means never.
    var stallAfter: Duration
    /// As it was set, in bytes; 0 means no limit.
    var maxRSSBytes: Int

    /// The port to listen on; nil for none.
    var port: UInt16? { portNumber == 0 ? nil : UInt16(clamping: portNumber) }
    /// How long a part may hold tasks and let none go; nil for ever.
    var stallLimit: Duration? { stallAfter == .zero ? nil : stallAfter }
    /// The resident memory from which on the worker drains and ends; nil for none.
    var maxRSS: Int? { maxRSSBytes == 0 ? nil : maxRSSBytes }
}
