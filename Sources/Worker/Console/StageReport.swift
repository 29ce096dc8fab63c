package import Logging
package import Pipeline
import Telemetry

/// A worker's counts and times by stage, as text for the end of a run.
package struct StageReport {
    private let statistics: WorkerStatistics
    private let stages: [StageStatistics.Summary]

    /// Takes the figures as they are now.
    package init(_ statistics: WorkerStatistics) {
        self.statistics = statistics
        stages = statistics.stages.summaries()
    }

    /// Shows the report on a terminal; where nobody looks at one, it is a message of the log.
    package func show(logger: Logger) {
        if LoggingSetup.isForPeople {
            Output.error.offer(text)
        } else {
            logger.info("This is what was done", metadata: metadata)
        }
    }

    /// The report: outcomes, a line a stage, and what was spent outside ONNX Runtime.
    var text: String {
        var lines = [outcome, "", Self.row("stage", "images", "total s", "median ms", "p99 ms")]
        for stage in stages {
            lines.append(
                Self.row(
                    stage.stage.name,
                    "\(stage.count)",
                    Self.decimal(stage.totalSeconds),
                    Self.decimal(stage.p50Seconds * 1_000),
                    Self.decimal(stage.p99Seconds * 1_000)
                )
            )
        }
        lines += ["", work]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The report for programs.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.outcome: "\(outcome)", LogKey.work: "\(work)"]
        for stage in stages {
            metadata[LogKey.stage(stage.stage.name)] = """
                \(stage.count) images, \(Self.decimal(stage.totalSeconds)) s, median \
                \(Self.decimal(stage.p50Seconds * 1_000)) ms, p99 \(Self.decimal(stage.p99Seconds * 1_000)) ms
                """
        }
        return metadata
    }

    private var outcome: String {
        let (failed, givenBack, unsettled) = (statistics.failed, statistics.givenBack, statistics.unsettled)
        var parts = ["\(Self.count(statistics.succeeded, "image")) analysed", Self.count(statistics.insects, "insect")]
        if failed.value > 0 { parts.append("\(Self.count(failed, "image")) answered with an error") }
        if givenBack.value > 0 { parts.append("\(Self.count(givenBack, "task")) given back") }
        if unsettled.value > 0 { parts.append("\(Self.count(unsettled, "task")) not settled") }
        return parts.joined(separator: ", ")
    }

    private static func count(_ tally: Tally, _ noun: String) -> String {
        "\(tally.value) \(noun)\(tally.value == 1 ? "" : "s")"
    }

    /// The work the stages did, waits left out: inside ONNX Runtime, and everything else.
    private var work: String {
        let inside = statistics.insideRuntime.value / .seconds(1)
        let working = stages.filter { [.decode, .prepare, .detect, .classify, .encode].contains($0.stage) }
        let outside = max(0, working.reduce(0) { $0 + $1.totalSeconds } - inside)
        let perImage = 1_000 / Double(max(1, statistics.succeeded.value))
        return "Inside ONNX Runtime \(Self.decimal(inside * perImage)) ms an image; outside it, decoding included, "
            + "\(Self.decimal(outside * perImage)) ms an image of a thread's time."
    }

    private static func row(_ cells: String...) -> String {
        cells.enumerated().map { index, cell in
            let padding = String(repeating: " ", count: max(0, (index == 0 ? 12 : 11) - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined()
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
