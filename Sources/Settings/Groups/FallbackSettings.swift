/// How a worker falls back to REST while its broker is away.
package struct FallbackSettings: SettingGroup {
    package static let title = "Work"

    package let after = Setting(
        "fallback_after",
        flag: "fallback-after",
        .seconds(.zero ... .seconds(86_400)),
        default: .seconds(15),
        "With the source auto: how long the broker may be away before tasks are taken over REST."
    )

    package init() {}
}
