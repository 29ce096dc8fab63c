/// Stopping.
package struct ShutdownSettings: SettingGroup {
    package static let title = "Stopping"

    package let grace = Setting(
        "shutdown.grace",
        flag: "grace",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(60),
        "How long a stopping worker may take to finish what it has in hand."
    )

    package init() {}
}
