package import JSON

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
    /// The `config` that its tasks come with: the settings that a project has for the pipeline.
    package var config: JSONValue?
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
