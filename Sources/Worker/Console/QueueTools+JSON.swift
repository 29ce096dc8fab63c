package import Broker
import JSON
import Transport

extension QueueTools {
    /// What `queue status` says to programs; a queue that is not there has no numbers.
    package static func json(of reports: [QueueReport]) -> String {
        let queues = reports.map { report -> JSONValue in
            var members: JSONObject = [
                "queue": .string("\(report.queue)"), "pipeline": .string(report.queue.pipeline),
            ]
            members["waiting"] = report.status.map { JSONValue($0.messages) }
            members["consumers"] = report.status.map { JSONValue($0.consumers) }
            return .object(members)
        }
        let document: JSONValue = ["queues": .array(queues)]
        return String(decoding: document.encoded(.pretty), as: UTF8.self) + "\n"
    }
}
