package import JSON

/// The configuration of the local Antenna.
package struct LocalAntennaConfiguration: Sendable {
    /// The generations of the tasks and results calls.
    package enum Dialect: String, Sendable {
        /// `POST tasks/`, results wrapped in an object.
        case current
        /// `GET tasks/?batch=N`, results as a bare list; servers before April 2026.
        case legacy
    }

    /// A project that pipelines can be registered with.
    package struct Project: Sendable, Equatable {
        /// Its number.
        package var id: Int
        /// Its name.
        package var name: String
        /// Whether it is listed, and registering with it forbidden.
        package var isForbidden = false

        package init(id: Int, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The IPv4 or IPv6 address to listen on.
    package var address = "127.0.0.1"
    /// The port to listen on; 0 for any that is free.
    package var port: UInt16 = 0
    /// The base of image addresses; nil takes the `Host` the client used.
    package var publicURL: String?
    /// The token to ask for; nil lets everybody in.
    package var token: String?
    /// A token that is known but may not do anything: it gets 403.
    package var powerlessToken: String?
    /// The generation to speak.
    package var dialect = Dialect.current
    /// How long a task may be out before it counts as missed.
    package var lease = Duration.seconds(300)
    /// How often a task is handed out before it is given up.
    package var maxDeliver = 2
    /// The faults made on purpose.
    package var faults = FaultSettings()
    /// The seed of chance: of faults, and of the job that `ids_only` picks.
    package var seed: UInt64 = 1
    /// The jobs and their images.
    package var jobs: [JobSeed] = []
    /// The `detections` that tasks of an image come with; of those in a list `source_image` is the task's.
    package var detections: [ImageSource: JSONValue] = [:]
    /// The projects.
    package var projects = [Project(id: 1, name: "Local Antenna")]
    /// Whether a job's pipeline counts as registered with its project although nobody has; a real server drops the results then.
    package var trustsJobPipelines = true

    package init() {}
}
