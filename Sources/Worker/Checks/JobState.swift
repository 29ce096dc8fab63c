import Antenna

/// Where a job stands, by the word that Antenna has for it.
enum JobState: Equatable {
    /// Made, and not at work yet.
    case waiting
    /// Its tasks are handed out.
    case working
    /// All is done.
    case done
    /// It ended otherwise, and hands out nothing any more.
    case ended
    /// Antenna does not say, or has a word of its own.
    case unknown

    init(_ job: AntennaJobDetail) {
        self =
            switch job.status {
            case "CREATED", "PENDING", "RECEIVED": .waiting
            case "STARTED", "RETRY": .working
            case "SUCCESS": .done
            case "FAILURE", "REVOKED", "CANCELING": .ended
            default: .unknown
            }
    }
}
