/// Where the pipelines are.
package struct ModelSettings: SettingGroup {
    package static let title = "Inference"

    package let folder = Setting(
        "inference.models",
        flag: "models",
        .path,
        default: "models",
        "The folder of the pipelines: one folder each, with a pipeline.json and its models. Where it is missing, that which came with the program."
    )

    package init() {}
}
