/// Results that wait on disk.
package struct SpoolSettings: SettingGroup {
    package static let title = "Spool"

    package let directory = Setting(
        "spool.directory",
        flag: "spool",
        .path,
        default: "spool",
        "The folder that keeps results which cannot be posted now, until they can, also after a crash."
    )

    package let maxBytes = Setting(
        "spool.max_bytes",
        flag: "spool-max-bytes",
        .byteCount(1 << 20...1 << 50),
        default: 1 << 30,
        "The most the spool may hold. A full spool stops the worker from taking tasks."
    )

    package init() {}
}
