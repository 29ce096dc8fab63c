/// The admin port and the watchdog.
package struct AdminSettings: SettingGroup {
    package static let title = "Watching"

    package let host = Setting(
        "admin.host",
        flag: "admin-host",
        .text,
        default: "127.0.0.1",
        "The IP address of the live page, metrics and health; 0.0.0.0 lets other machines in. There is no password: keep it private."
    )

    package let names = Setting(
        "admin.names",
        flag: "admin-names",
        SettingKind.text.list,
        default: [],
        "Names by which browsers and Prometheus may ask the admin port, besides localhost and admin.host; other names are answered 421, so that no web page can have its own name point here."
    )

    package let portNumber = Setting(
        "admin.port",
        flag: "admin-port",
        SettingKind.integer(0...65_535).optional,
        default: nil,
        "The port of the live page, metrics and health; none means the role's own, \(Self.namedPorts), and 0 switches them off. A port that is taken is logged, and the work goes on."
    )

    package let stallAfter = Setting(
        "admin.stall_after",
        flag: "stall-after",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(600),
        "How long a part of the worker may hold tasks and let none go before /livez fails and the process ends; 0 means for ever."
    )

    package let maxRSSBytes = Setting(
        "memory.max_rss",
        flag: "max-rss",
        .byteCount(0...1 << 50),
        default: 0,
        "Resident memory beyond which the worker finishes what it has in hand and ends with status 0, to be started again; 0 means no limit."
    )

    package init() {}

    /// The ports of the roles, so that one of each may run on a machine; none of them is of Prometheus or of an exporter on its list.
    fileprivate static let ports: KeyValuePairs = ["run": 7_610, "relay": 7_611, "fetch": 7_612, "infer": 7_613]
    /// For what is no role of its own.
    fileprivate static let furtherPort = 7_614

    private static var namedPorts: String {
        let named = ports.map { "\($0.value) for \($0.key)" }.joined(separator: ", ")
        return "\(named), and \(furtherPort) for a demo"
    }
}

extension GroupValues<AdminSettings> {
    /// The port for a role to listen on; nil for none.
    package func port(of role: String) -> UInt16? {
        let own = AdminSettings.ports.first { $0.key == role }?.value ?? AdminSettings.furtherPort
        let number = self.portNumber ?? own
        return number == 0 ? nil : UInt16(clamping: number)
    }

    /// Whether there is a port at all, for any role.
    package var hasPort: Bool { self.portNumber != 0 }
    /// How long a part may hold tasks and let none go; nil for ever.
    package var stallLimit: Duration? { self.stallAfter == .zero ? nil : self.stallAfter }
    /// The resident memory from which on the worker drains and ends; nil for none.
    package var maxRSS: Int? { self.maxRSSBytes == 0 ? nil : self.maxRSSBytes }
}
