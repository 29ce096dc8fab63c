import Foundation
package import Inference
package import Pipeline
package import Settings

extension ReportSummary {
    /// The summary of a finished run.
    ///
    /// - Parameters:
    ///   - title: The headline.
    ///   - pipeline: The slug of the pipeline that ran.
    ///   - note: A sentence about it.
    ///   - statistics: What the stages took.
    ///   - elapsed: From the first task to the last result.
    ///   - placement: Where the models ran.
    ///   - settings: Some of them are shown.
    package init(
        title: String = "Demo",
        pipeline: String,
        note: String,
        statistics: WorkerStatistics,
        elapsed: Duration,
        placement: DevicePlacement,
        settings: WorkerSettings
    ) {
        let waiting: Set<Pipeline.Stage> = [.queue, .admit, .batchWait]
        self.init(
            title: title,
            pipeline: pipeline,
            note: note,
            date: Date.now.formatted(date: .abbreviated, time: .shortened),
            elapsedSeconds: elapsed / .seconds(1),
            stages: statistics.stages.summaries().map { summary in
                Stage(
                    name: summary.stage.name.replacing("_", with: " "),
                    isWaiting: waiting.contains(summary.stage),
                    count: summary.count,
                    p50Seconds: summary.p50Seconds,
                    p99Seconds: summary.p99Seconds,
                    totalSeconds: summary.totalSeconds
                )
            },
            settings: [
                Fact(name: "Localization batch", value: "\(settings.batch.localizationSize) images"),
                Fact(name: "Classification batch", value: "\(settings.batch.classificationSize) crops"),
                Fact(name: "Pixel budget", value: "\(settings.memory.pixelBudget >> 20) MiB"),
                Fact(name: "Devices", value: placement.description),
            ],
            machine: [
                Fact(name: "Cores", value: "\(ProcessInfo.processInfo.activeProcessorCount)"),
                Fact(name: "Memory", value: "\(ProcessInfo.processInfo.physicalMemory >> 30) GiB"),
                Fact(name: "System", value: ProcessInfo.processInfo.operatingSystemVersionString),
            ]
        )
    }
}
