/// What the local Antenna serves, and how.
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
    /// What image addresses begin with; nil takes the `Host` the client used.
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
    /// What goes wrong on purpose.
    package var faults = FaultSettings()
    /// What chance depends on: faults, and the job that `ids_only` picks.
    package var seed: UInt64 = 1
    /// The jobs and their images.
    package var jobs: [JobSeed] = []
    /// The projects.
    package var projects = [Project(id: 1, name: "Local Antenna")]
    /// Whether a job's pipeline counts as registered with its project although nobody has; a real server drops the results then.
    package var trustsJobPipelines = true

    package init() {}
}

/// A job to start with: one task for each image.
package struct JobSeed: Sendable {
    /// Its name; nil makes one of the pipeline.
    package var name: String?
    /// The slug of the pipeline to run, nil for a job that has none.
    package var pipelineSlug: String?
    /// How its tasks reach a worker.
    package var dispatchMode = AntennaState.DispatchMode.asyncAPI
    /// Whether it hands out tasks from the start.
    package var isActive = true
    /// The project it belongs to.
    package var projectID = 1
    /// Whether nobody may take its tasks or post its results: it is listed, and both calls are answered 403.
    package var isForbidden = false
    /// The image of each task; images may come again, each task has an image id of its own.
    package var images: [ImageSource]

    package init(pipelineSlug: String?, images: [ImageSource], name: String? = nil) {
        self.pipelineSlug = pipelineSlug
        self.images = images
        self.name = name
    }

    /// A job of `count` tasks that goes round and round the images.
    package init(pipelineSlug: String, cycling images: [ImageSource], count: Int) {
        self.init(pipelineSlug: pipelineSlug, images: (0..<count).map { images[$0 % images.count] })
    }
}

/// Where the image of a task comes from.
package enum ImageSource: Sendable, Hashable {
    /// A file, served as it is.
    case file(String)
    /// Bytes in memory, served as `image/jpeg`.
    case bytes([UInt8])
    /// A generated scene.
    case scene(SceneSpecification)
    /// Something that is wrong.
    case fault(ImageFault)
    /// An address elsewhere, handed out as it stands.
    case address(String)
}

/// Which scene to draw.
package struct SceneSpecification: Sendable, Hashable {
    /// The number that everything in the scene follows from.
    package var seed: UInt64
    /// Width in pixels.
    package var width = 4_096
    /// Height in pixels.
    package var height = 2_160

    package init(seed: UInt64, width: Int = 4_096, height: Int = 2_160) {
        self.seed = seed
        self.width = width
        self.height = height
    }
}
