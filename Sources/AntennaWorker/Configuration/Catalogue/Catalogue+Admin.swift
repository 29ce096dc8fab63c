extension Catalogue {
    static let adminHost = Setting(
        "admin.host",
        flag: "admin-host",
        .text,
        default: "127.0.0.1",
        "The IP address of the live page, metrics and health; 0.0.0.0 lets other machines in. There is no password: keep it private."
    )

    static let adminNames = Setting(
        "admin.names",
        flag: "admin-names",
        SettingKind.text.list,
        default: [],
        "Names by which browsers and Prometheus may ask the admin port, besides localhost and admin.host; other names are answered 421, so that no web page can have its own name point here."
    )

    static let adminPort = Setting(
        "admin.port",
        flag: "admin-port",
        .integer(0...65_535),
        default: 9_090,
        "The port of the live page, metrics and health; 0 switches them off. A port that is taken is logged, and the work goes on."
    )

    static let adminStallAfter = Setting(
        "admin.stall_after",
        flag: "stall-after",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(600),
        "How long a part of the worker may hold tasks and let none go before /livez fails and the process ends; 0 means for ever."
    )

    static let memoryMaxRSS = Setting(
        "memory.max_rss",
        flag: "max-rss",
        .byteCount(0...1 << 50),
        default: 0,
        "Resident memory beyond which the worker finishes what it has in hand and ends with status 0, to be started again; 0 means no limit."
    )
}
