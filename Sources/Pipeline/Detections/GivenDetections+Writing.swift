package import JSON

extension GivenDetections {
    /// Writes the value of a task's member `detections`, so that reading it gives the same; a refusal is a text.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .refused(let sentence):
            writer.string(sentence)
        case .boxes(let boxes):
            writer.array { writer in
                for box in boxes { box.write(to: &writer) }
            }
        }
    }
}

extension GivenDetection {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("bbox")
            if let box { box.write(to: &writer) } else { writer.null() }
            if let cropURL {
                writer.key("crop_image_url")
                writer.string(cropURL)
            }
            algorithm.write(to: &writer)
        }
    }
}

extension GivenDetection.Algorithm {
    /// Writes the member `algorithm`.
    func write(to writer: inout JSONWriter) {
        writer.key("algorithm")
        writer.object { writer in
            writer.key("name")
            writer.string(name)
            writer.key("key")
            writer.string(key)
        }
    }
}

extension GivenBox {
    /// Writes the value of a `bbox`.
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("x1")
            writer.value(.number(x1))
            writer.key("y1")
            writer.value(.number(y1))
            writer.key("x2")
            writer.value(.number(x2))
            writer.key("y2")
            writer.value(.number(y2))
        }
    }
}
