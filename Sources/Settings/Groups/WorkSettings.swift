/// Which tasks to work on.
package struct WorkSettings: SettingGroup {
    package static let title = "Work"

    package let source = Setting(
        "source",
        flag: "source",
        .choice,
        default: SourceKind.rest,
        "Where tasks come from: rest polls Antenna's REST API, amqp consumes RabbitMQ, auto takes RabbitMQ and while it is away REST."
    )

    package let pipelines = Setting(
        "pipelines",
        flag: "pipeline",
        takesSeveral: true,
        SettingKind.slug.list,
        default: [],
        "The pipelines to work for, by their slugs; none means every pipeline in the models folder.",
        aliases: ["AMI_PIPELINES"]
    )

    package init() {}
}
