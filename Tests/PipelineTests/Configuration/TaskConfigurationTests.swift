import Imaging
import Inference
import JSON
import Testing

@testable import Pipeline

@Suite("What a task asks for")
struct TaskConfigurationTests {
    private func read(_ json: String) throws -> TaskConfiguration? {
        TaskConfiguration(try JSONValue(parsing: Array(json.utf8), dialect: .python))
    }

    private func options(_ json: String) throws -> TaskOptions {
        guard case .options(let options)? = try read(json) else {
            throw TaskOptions.Refusal(sentence: "\(json) was not taken")
        }
        return options
    }

    private func used(_ options: TaskOptions) -> String {
        var writer = JSONWriter()
        options.write(to: &writer)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    @Test(
        "What cannot be is refused with a sentence that says where",
        arguments: [
            ("7", "config is no object"), ("[]", "config is no object"), ("true", "config is no object"),
            (#""""#, "config is no object"), (#"[{"top_k":1}]"#, "config is no object"),
            (#"{"detection_threshold":"0.5"}"#, "config.detection_threshold is a string, not a number"),
            (#"{"detection_threshold":true}"#, "config.detection_threshold is true or false, not a number"),
            (#"{"detection_threshold":[0.5]}"#, "config.detection_threshold is an array, not a number"),
            (#"{"detection_threshold":1.5}"#, "config.detection_threshold is 1.5, outside 0 to 1"),
            (#"{"detection_threshold":-1e300}"#, "config.detection_threshold is -1e+300, outside 0 to 1"),
            (#"{"classification_threshold":2}"#, "config.classification_threshold is 2.0, outside 0 to 1"),
            (#"{"max_detections":0}"#, "config.max_detections is 0, outside 1 to 10000"),
            (#"{"max_detections":-5}"#, "config.max_detections is -5, outside 1 to 10000"),
            (#"{"max_detections":10001}"#, "config.max_detections is 10001, outside 1 to 10000"),
            (#"{"max_detections":2.5}"#, "config.max_detections is 2.5, not a whole number"),
            (#"{"max_detections":1e300}"#, "config.max_detections is 1e+300, not a whole number"),
            (#"{"max_detections":"5"}"#, "config.max_detections is a string, not a whole number"),
            (#"{"top_k":0}"#, "config.top_k is 0, outside 1 to 1000000"),
            (#"{"top_k":{}}"#, "config.top_k is an object, not a whole number"),
            (#"{"classification":1}"#, "config.classification is a number, not true or false"),
            (#"{"include_features":"yes"}"#, "config.include_features is a string, not true or false"),
            (#"{"include_logits":0}"#, "config.include_logits is a number, not true or false"),
            (#"{"classification":"no"}"#, "config.classification is a string, not true or false"),
            (#"{"top_k":3,"max_detections":0}"#, "config.max_detections is 0, outside 1 to 10000"),
            (#"{"top_k":3,"top_k":"x"}"#, "config.top_k is a string, not a whole number"),
        ]
    )
    func refused(_ json: String, _ sentence: String) throws {
        #expect(try read(json) == .refused(sentence))
    }

    @Test("One without an end is refused, known keys or not")
    func long() throws {
        let refused = try read(#"{"top_k":3,"x":"\#(String(repeating: "x", count: 1 << 20))"}"#)
        #expect(refused == .refused("config has 1048594 bytes where 16384 are allowed"))
        guard case .refused(let sentence)? = try read("\"\(String(repeating: "y", count: 70_000))\"") else {
            Issue.record("a text was taken")
            return
        }
        #expect(sentence.count == 500)
    }

    @Test("Nothing is asked for", arguments: ["null", "{}"])
    func nothing(_ json: String) throws {
        #expect(try read(json) == nil)
        #expect(TaskConfiguration(nil) == nil)
    }

    @Test("Every key is read, at both ends of its range")
    func plain() throws {
        let least = try options(
            #"{"detection_threshold":0,"max_detections":1,"classification":false,"classification_threshold":0.0,"top_k":1}"#
        )
        #expect(
            least.analysis
                == AnalysisOptions(detectionThreshold: 0, maximumDetections: 1, isClassified: false)
        )
        #expect(least.topScores == 1 && least.unknownKeys.isEmpty)
        let most = try options(
            #"{"detection_threshold":1,"max_detections":1e4,"classification":true,"classification_threshold":1,"top_k":1000000}"#
        )
        #expect(
            most.analysis
                == AnalysisOptions(detectionThreshold: 1, maximumDetections: 10_000, classificationThreshold: 1)
        )
        #expect(most.topScores == 1_000_000)
        let nulls = try options(
            #"{"detection_threshold":null,"max_detections":null,"classification":null,"top_k":null,"classification_threshold":null}"#
        )
        #expect(nulls.analysis == AnalysisOptions() && nulls.topScores == nil && used(nulls) == "{}")
    }

    @Test("Keys that are not known are kept apart, but for those of Antenna itself, and there is an end to them")
    func unknown() throws {
        let some = try options(#"{"request_source_image_batch_size":8,"threshold":0.5,"Top_K":[1],"top_k":2}"#)
        #expect(some.unknownKeys == ["threshold", "Top_K"] && some.topScores == 2)
        let names = (0..<200).map { #""\#(String(repeating: "k", count: 70))\#($0)":1"# }.joined(separator: ",")
        let many = try options("{\(names)}")
        #expect(many.unknownKeys.count == 10 && many.unknownKeys.allSatisfy { $0.count == 60 })
    }

    @Test("What was used is written in the order of the keys, with the values that held")
    func whatWasUsed() throws {
        let all =
            #"{"x":1,"top_k":5,"classification_threshold":0.25,"classification":true,"max_detections":30,"detection_threshold":0.3}"#
        let classifying = #""classification":true,"classification_threshold":0.25,"top_k":"#
        let detecting = #""detection_threshold":0.3,"max_detections":30,"#
        #expect(try whatWasUsed(all) == "{\(detecting)\(classifying)5}")
        #expect(try whatWasUsed(all, beside: ResultContents(scores: .top(3))) == "{\(detecting)\(classifying)3}")
        #expect(try whatWasUsed(all, isDetected: false) == "{\(classifying)5}")
        #expect(try whatWasUsed(#"{"x":1}"#, beside: ResultContents(scores: .top(3))) == "{}")
    }

    @Test("A task may ask for features and logits whatever the worker is set to, and is told whether it got them")
    func featuresAndLogits() throws {
        let (on, off) = (ResultContents(logits: true, features: true), ResultContents(logits: false, features: false))
        for wanted in [true, false] {
            let asked = #"{"include_features":\#(wanted),"include_logits":\#(wanted)}"#
            for contents in [on, off] { #expect(try whatWasUsed(asked, beside: contents) == asked) }
        }
        let both = #"{"include_features":true,"include_logits":true,"top_k":5}"#
        #expect(try whatWasUsed(both) == #"{"top_k":5,"include_features":true,"include_logits":false}"#)
        #expect(try whatWasUsed(#"{"include_features":true}"#, features: nil) == #"{"include_features":false}"#)
    }

    private func whatWasUsed(
        _ json: String,
        beside contents: ResultContents = ResultContents(),
        features: Int? = 4,
        isDetected: Bool = true
    ) throws -> String {
        let task = ImageTask(
            id: "1",
            imageID: "1",
            imageURL: "u",
            replySubject: "r",
            pipeline: "moths",
            configuration: .options(try options(json))
        )
        let algorithm = PipelineManifest.Algorithm(name: "A", key: "a", version: 1, file: "")
        let normalization = Normalization(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        let manifest = PipelineManifest(
            slug: "moths",
            name: "Moths",
            directory: "",
            detector: PipelineManifest.Detector(
                algorithm: algorithm,
                input: LocalizationRule(
                    shorterSide: 540,
                    longerSideMaximum: 1_024,
                    antialias: false,
                    normalization: normalization,
                    padMultiple: 1
                ),
                scoreThreshold: 0.5,
                maximumDetections: 10
            ),
            classifiers: [
                PipelineManifest.Classifier(
                    algorithm: algorithm,
                    input: PipelineManifest.CropRule(
                        size: PixelSize(height: 8, width: 8),
                        antialias: true,
                        normalization: normalization
                    ),
                    labels: ["a"],
                    featureCount: features
                )
            ]
        )
        let told = contents.asked(by: task)
        return used(try options(json).used(in: told, by: manifest, isDetected: isDetected))
    }

    @Test("What is passed on reads back the same, keys that are not known and refusals too")
    func written() throws {
        for configuration in [
            try read(#"{"later_key":{"b":[1,2.5],"a":"ü"},"top_k":5,"detection_threshold":0.123456789}"#),
            .refused("config.top_k is \"wrong\""),
        ] {
            var writer = JSONWriter()
            try #require(configuration).write(to: &writer)
            let again = try read(String(decoding: writer.finish(), as: UTF8.self))
            #expect(again == configuration)
        }
        var writer = JSONWriter()
        try #require(try read(#"{"b":1,"a":null}"#)).write(to: &writer)
        #expect(String(decoding: writer.finish(), as: UTF8.self) == #"{"a":null,"b":1}"#)
    }
}
