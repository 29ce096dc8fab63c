/// How tasks are passed on to the ready queues.
package struct ReadyQueueSettings: SettingGroup {
    package static let title = "Work"

    package let readyLimit = Setting(
        "ready_limit",
        flag: "ready-limit",
        .integer(1...1_000_000),
        default: 64,
        "For fetch: no more images are fetched for a pipeline while so many tasks wait in its ready queue. Redis needs room for that many images."
    )

    package init() {}
}
