/// How much goes through a model together.
package struct BatchSettings: SettingGroup {
    package static let title = "Batches"

    package let localizationSize = Setting(
        "batch.localization_size",
        flag: "localization-batch-size",
        .integer(1...256),
        default: 8,
        "Images that go through the detector together, at most.",
        aliases: ["AMI_LOCALIZATION_BATCH_SIZE"]
    )

    package let classificationSize = Setting(
        "batch.classification_size",
        flag: "classification-batch-size",
        .integer(1...4_096),
        default: 20,
        "Insects that go through a classifier together, at most.",
        aliases: ["AMI_CLASSIFICATION_BATCH_SIZE"]
    )

    package let linger = Setting(
        "batch.linger",
        flag: "linger",
        .milliseconds(.zero ... .seconds(60)),
        default: .milliseconds(100),
        "How long an image waits for others to fill its batch while a device is idle and more images are on their way."
    )

    package init() {}
}
