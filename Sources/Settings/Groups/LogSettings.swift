/// Messages.
package struct LogSettings: SettingGroup {
    package static let title = "Log"

    package let level = Setting(
        "log.level",
        flag: "log-level",
        .choice,
        default: LogLevel.info,
        "The least important messages to show."
    )

    package let format = Setting(
        "log.format",
        flag: "log-format",
        .choice,
        default: LogFormat.auto,
        "How messages look: auto is text on a terminal, else json, one object a line."
    )

    package init() {}
}
