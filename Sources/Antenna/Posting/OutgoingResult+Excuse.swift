import JSON
import Pipeline

extension OutgoingResult {
    /// The error result in place of a result that is too large for the server, or for a proxy in front of it (413).
    ///
    /// Without it the image would stay pending for ever; the result itself is kept by whoever posts.
    ///
    /// - Parameter refusal: What the server answered to this result.
    /// - Returns: An error result of the same task; `nil` after any other answer, and in place of what is no success itself.
    package func excuse(for refusal: AntennaError) -> OutgoingResult? {
        guard refusal.status == 413, let imageID else { return nil }
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("error")
            writer.string(
                "The result has \(json.count) bytes, more than Antenna or a proxy in front of it takes (413): raise that limit "
                    + "(client_max_body_size of nginx), or make results smaller with "
                    + "\(EncodedResult.makesSmaller). The worker has kept the result."
            )
            writer.key("image_id")
            writer.string(imageID)
        }
        return OutgoingResult(jobID: jobID, replySubject: replySubject, taskID: taskID, json: writer.finish())
    }

    /// The image that a success is about.
    private var imageID: String? {
        guard let members = JSONOutline.members(of: json), members["error"] == nil,
            let images = members["source_images"],
            let image = JSONOutline.elements(of: json, in: images, atMost: 1)?.first.first
        else { return nil }
        return (try? JSONValue(parsing: json, in: image))?["id"]?.id
    }
}
