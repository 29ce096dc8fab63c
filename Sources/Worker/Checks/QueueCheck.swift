import Broker
import Concurrency
import Foundation
import Logging
import Settings
import Telemetry
import Transport

/// Finds what holds up tasks and results on RabbitMQ: queues that are not there, empty or taken by nobody, dead letters, an alarm.
struct QueueCheck {
    /// How long the broker may take to take a message.
    private static let patience = Duration.seconds(3)

    let broker: BrokerSettings.Values
    let pipelines: [String]
    let connection: AMQPConnection
    let logger: Logger

    /// Looks; makes nothing, and takes nothing out of a queue.
    func findings() async -> [CheckReport.Finding] {
        let tools = QueueTools(connection: connection, logger: logger)
        var findings: [CheckReport.Finding] = []
        for pipeline in pipelines {
            do throws(TransportError) {
                let reports = try await tools.status(of: [pipeline])
                for report in reports { findings += judge(report) }
            } catch {
                findings.append(
                    .missing("Queues of \(pipeline)", error.message, remedy: "See the user's rights on them.")
                )
            }
        }
        if let alarm = await alarm() { findings.append(alarm) }
        return findings
    }

    private func judge(_ report: QueueTools.QueueReport) -> [CheckReport.Finding] {
        let subject = "\(report.queue)"
        switch (report.queue.kind, report.status) {
        // Nobody waits most of the time.
        case (.tasks, nil) where report.queue.lane == .interactive: return []
        case (.tasks, .some(let status)) where report.queue.lane == .interactive && status.messages == 0: return []
        case (.tasks, nil):
            let remedy = "A worker makes it when it starts, as do 'relay' and 'enqueue', which put tasks into it."
            return broker.declares
                ? [.note(subject, "is not there yet", remedy: remedy)]
                : [.missing(subject, "is not there, and --no-declare has no worker make it", remedy: "Make it.")]
        case (.tasks, .some(let status)) where status.messages == 0:
            let remedy = "See that 'relay' runs and has jobs, or put tasks in with 'enqueue'."
            return [.note(subject, "no task waits; \(status.consumers) consumers", remedy: remedy)]
        case (.ready, nil), (.dead, nil): return []
        case (.ready, .some(let status)) where status.messages == 0: return []
        case (.tasks, .some(let status)), (.ready, .some(let status)):
            guard status.consumers == 0 else {
                return [.good(subject, "\(status.messages) wait; \(status.consumers) consumers take them")]
            }
            let role = report.queue.kind == .tasks ? "'run --source amqp' or 'fetch'" : "'infer'"
            let remedy =
                "Start \(role) for this pipeline; the page of one that runs says at 'consumers' why it does not consume."
            return [.missing(subject, "\(status.messages) wait, and nobody takes them", remedy: remedy)]
        case (.dead, .some(let status)):
            guard status.messages > 0 else { return [] }
            let remedy = "See why with 'antenna-worker queue dead', then 'queue replay' or 'queue drop'."
            return [.note(subject, "\(status.messages) tasks came to no result", remedy: remedy)]
        }
    }

    /// Why the broker takes no results: it says so only to those who publish, so a message is sent that reaches no queue.
    private func alarm() async -> CheckReport.Finding? {
        let key = "antenna.explain.\(UUID().uuidString)"
        let connection = connection
        let isAnswered = await TimeLimit.result(within: Self.patience) {
            // Nobody has this queue; and who may not publish this way may still do so to the results' exchange.
            try? await connection.publish(AMQPMessage(body: [], isPersistent: false), routingKey: key)
            return true
        }
        let subject = "Publishing"
        let remedy = "See the broker's memory, disk and limits; workers go on by themselves."
        if case .blocked(let reason) = connection.state {
            return .missing(subject, "RabbitMQ takes no messages: \(reason)", remedy: remedy)
        }
        guard isAnswered == nil else { return nil }
        return .missing(subject, "RabbitMQ does not take a message within \(Self.patience)", remedy: remedy)
    }
}
