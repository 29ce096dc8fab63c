/// The keys of the metadata that the worker logs, all in one place so that they stay the same everywhere.
package enum LogKey {
    package static let address = "address"
    package static let attempt = "attempt"
    package static let bytes = "bytes"
    package static let count = "count"
    package static let device = "device"
    package static let duration = "duration"
    package static let error = "error"
    package static let exchange = "exchange"
    package static let file = "file"
    package static let jobID = "job_id"
    package static let pipeline = "pipeline"
    package static let queue = "queue"
    package static let reason = "reason"
    package static let routingKey = "routing_key"
    package static let status = "status"
    package static let taskID = "task_id"
}
