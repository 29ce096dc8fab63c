import JSON
import LocalAntenna

/// Builds results as a worker posts them.
enum ResultBuilder {
    static let detector = "demo-detector"
    static let classifier = "demo-classifier"

    /// An item for a task: one box, one label.
    static func success(
        _ task: TaskRecord,
        pipeline: String = "demo",
        label: String = "moth",
        timestamp: String = "2026-11-23T10:00:00.5+00:00",
        scores: [Double] = [0.25, 0.75],
        time: Double = 1.5
    ) -> JSONValue {
        let result: JSONValue = [
            "pipeline": .string(pipeline),
            "algorithms": [:],
            "total_time": .number(time),
            "source_images": [["id": .string("\(task.imageID)"), "url": "http://host/1.jpg"]],
            "detections": [
                detection(imageID: "\(task.imageID)", label: label, timestamp: timestamp, scores: scores, time: time)
            ],
        ]
        return ["reply_subject": .string(task.replySubject), "result": result]
    }

    static func detection(
        imageID: String,
        label: String = "moth",
        timestamp: String = "2026-11-23T10:00:00",
        scores: [Double] = [0.25, 0.75],
        time: Double = 1,
        detector: String = detector
    ) -> JSONValue {
        [
            "source_image_id": .string(imageID),
            "bbox": ["x1": 10, "y1": 20, "x2": 110, "y2": 220],
            "inference_time": .number(time),
            "algorithm": ["name": "Detector", "key": .string(detector)],
            "timestamp": .string(timestamp),
            "crop_image_url": nil,
            "classifications": [
                [
                    "classification": .string(label),
                    "labels": nil,
                    "scores": .array(scores.map(JSONValue.number)),
                    "logits": .array(scores.map { .number($0 * 2) }),
                    "inference_time": .number(time),
                    "algorithm": ["name": "Classifier", "key": .string(classifier)],
                    "terminal": true,
                    "timestamp": .string(timestamp),
                ]
            ],
        ]
    }

    static func failure(_ task: TaskRecord, imageID: JSONValue? = nil, error: String = "404") -> JSONValue {
        let result: JSONValue = ["error": .string(error), "image_id": imageID ?? .string("\(task.imageID)")]
        return ["reply_subject": .string(task.replySubject), "result": result]
    }

    /// A registration of the pipeline that `success` speaks for.
    static let registration: JSONValue = [
        "processing_service_name": "tests",
        "pipelines": [
            [
                "name": "Demo", "slug": "demo", "version": 1,
                "algorithms": [
                    ["name": "Detector", "key": .string(detector), "task_type": "localization"],
                    [
                        "name": "Classifier", "key": .string(classifier), "task_type": "classification",
                        "category_map": ["labels": ["moth", "other"], "data": []],
                    ],
                ],
                "stages": [],
            ]
        ],
    ]
}

extension JSONValue {
    /// The same value with the member at a path replaced, or removed with nil; indices are written as digits.
    func replacing(_ path: String, with value: JSONValue?) -> JSONValue {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        let rest = parts.count > 1 ? parts[1] : nil
        if var members = object {
            members[parts[0]] = rest.map { (members[parts[0]] ?? [:]).replacing($0, with: value) } ?? value
            return .object(members)
        }
        guard var elements, let index = Int(parts[0]) else { return self }
        if let changed = rest.map({ elements[index].replacing($0, with: value) }) ?? value {
            elements[index] = changed
        } else {
            elements.remove(at: index)
        }
        return .array(elements)
    }
}
