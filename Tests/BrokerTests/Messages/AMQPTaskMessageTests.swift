import Concurrency
import TestSupport
import Testing
import Transport

@testable import Broker
@testable import Pipeline

@Suite("Task messages")
struct AMQPTaskMessageTests {
    static let body = #"{"id": 7, "image_id": "12", "image_url": "http://host/a.jpg", "reply_subject": "results.a"}"#

    func read(
        _ body: String,
        messageID: String? = nil,
        replyTo: String? = nil
    ) throws(MalformedTask) -> TaskMessage {
        try TaskMessage(
            AMQPMessage(body: Array(body.utf8), messageID: messageID, replyTo: replyTo),
            pipeline: "moths"
        )
    }

    func code(of body: String) -> MalformedTask.Code? {
        do throws(MalformedTask) {
            _ = try read(body)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("Ids may be numbers or strings, and the queue's pipeline stands in for a missing one")
    func plain() throws {
        let task = try read(Self.body).task
        #expect(
            task
                == ImageTask(
                    id: "7",
                    imageID: "12",
                    imageURL: "http://host/a.jpg",
                    replySubject: "results.a",
                    pipeline: "moths"
                )
        )
    }

    @Test("Optional members are read, unknown ones left alone and passed on as they came")
    func optional() throws {
        let body =
            #"{"id":"a","image_id":1,"image_url":"u","reply_subject":"r","pipeline":"p","job_id":"5","config":{"x":[1]}}"#
        var message = AMQPMessage(body: Array(body.utf8))
        message.headers = ["traceparent": "00-ab-cd-01", "x-other": 4]
        message.priority = 3
        let read = try TaskMessage(message, pipeline: "moths")
        #expect(read.task.pipeline == "p" && read.task.jobID == 5 && read.task.traceparent == "00-ab-cd-01")
        #expect(read.original == message)
    }

    @Test("Detections are read and written; those that cannot be worked with are no reason to refuse the message")
    func detections() throws {
        let box =
            #"{"source_image":{"id":1},"bbox":{"x1":1,"y1":2,"x2":3,"y2":4},"algorithm":{"name":"B","key":"b"}}"#
        let members = #""id":"a","image_id":1,"image_url":"u","reply_subject":"r","pipeline":"p""#
        let given = GivenDetection(
            box: GivenBox(x1: 1, y1: 2, x2: 3, y2: 4),
            algorithm: GivenDetection.Algorithm(name: "B", key: "b")
        )
        for (json, expected) in [
            ("[\(box)]", GivenDetections.boxes([given])), (#"{"a":1}"#, .refused("detections is no list")), ("[]", nil),
            ("null", nil),
        ] {
            let task = try read("{\(members),\"detections\":\(json)}").task
            #expect(task.detections == expected)
            let again = try TaskMessage(TaskMessage.encode(task), pipeline: "moths").task
            #expect(again == task)
        }
    }

    @Test("A configuration is read and written; one that asks for what cannot be is no reason to refuse the message")
    func configuration() throws {
        let members = #""id":"a","image_id":1,"image_url":"u","reply_subject":"r","pipeline":"p""#
        for (json, top, refusal) in [
            (#"{"top_k":5,"later":[1]}"#, 5, nil), ("{}", nil, nil), ("null", nil, nil),
            (#"{"top_k":0}"#, nil, "config.top_k is 0, outside 1 to 1000000"), ("[1]", nil, "config is no object"),
        ] as [(String, Int?, String?)] {
            let task = try read("{\(members),\"config\":\(json)}").task
            #expect(task.options?.topScores == top && task.refusal == refusal)
            let again = try TaskMessage(TaskMessage.encode(task), pipeline: "moths").task
            #expect(again == task)
        }
    }

    @Test("Ten thousand detections with the addresses of their crops fit into a message")
    func manyDetections() throws {
        let algorithm = GivenDetection.Algorithm(
            name: "FasterRCNN for AMI Moth Traps 2023",
            key: "fasterrcnn_for_ami_moth_traps_2023"
        )
        let detections = (0..<GivenDetections.most).map { number in
            GivenDetection(
                box: GivenBox(x1: Double(number) + 0.123_456_789, y1: 1_000.5, x2: 2_000.25, y2: 3_000),
                cropURL: "https://images.example/media/detections/2026-06-21/session-12/crop-\(number).jpg?version=1",
                algorithm: algorithm
            )
        }
        var task = try read(Self.body).task
        task.detections = .boxes(detections)
        let message = TaskMessage.encode(task)
        #expect(try TaskMessage(message, pipeline: "moths").task == task)
    }

    @Test("Properties stand in for a missing id and a missing subject")
    func properties() throws {
        let task = try read(#"{"image_id": 1}"#, messageID: "m", replyTo: "r").task
        #expect(task.id == "m" && task.replySubject == "r" && task.imageURL.isEmpty)
        let both = try read(Self.body, messageID: "m", replyTo: "r").task
        #expect(both.id == "7" && both.replySubject == "results.a")
    }

    @Test("A body cut off anywhere is malformed")
    func truncated() {
        for length in 0..<Self.body.utf8.count {
            #expect(code(of: String(Self.body.prefix(length))) == .notJSON, "\(length) bytes")
        }
    }

    @Test(
        "What no result can do without must be there",
        arguments: [
            (#"{"image_id":1,"reply_subject":"r"}"#, "id"),
            (#"{"id":1,"reply_subject":"r"}"#, "image_id"),
            (#"{"id":1,"image_id":1}"#, "reply_subject"),
            (#"{"id":"","image_id":1,"reply_subject":"r"}"#, "id"),
            (#"{"id":null,"image_id":1,"reply_subject":"r"}"#, "id"),
            ("{}", "id"),
        ]
    )
    func missing(body: String, field: String) {
        let error = #expect(throws: MalformedTask.self) { try read(body) }
        #expect(error?.code == .missing && error?.field == field && error?.isRetriable == false)
    }

    @Test(
        "Members of another type are named",
        arguments: [
            (#"{"id":[1],"image_id":1,"reply_subject":"r"}"#, "id"),
            (#"{"id":true,"image_id":1,"reply_subject":"r"}"#, "id"),
            (#"{"id":1,"image_id":{},"reply_subject":"r"}"#, "image_id"),
            (#"{"id":1,"image_id":1,"reply_subject":5}"#, "reply_subject"),
            (#"{"id":1,"image_id":1,"image_url":7,"reply_subject":"r"}"#, "image_url"),
            (#"{"id":1,"image_id":1,"reply_subject":"r","pipeline":[]}"#, "pipeline"),
            (#"{"id":1,"image_id":1,"reply_subject":"r","job_id":"x"}"#, "job_id"),
        ]
    )
    func wrongType(body: String, field: String) {
        let error = #expect(throws: MalformedTask.self) { try read(body) }
        #expect(error?.code == .wrongType && error?.field == field)
    }

    @Test(
        "Lists, scalars and bytes that are no UTF-8 are no task",
        arguments: ["[]", "7", "null", "\"x\"", "{}{}", ""]
    )
    func noObject(body: String) {
        #expect(code(of: body) == .notJSON)
    }

    @Test("Bytes that are no UTF-8 are refused rather than repaired")
    func notUTF8() {
        var bytes = Array(Self.body.utf8)
        bytes[bytes.count - 4] = 0xFF
        let error = #expect(throws: MalformedTask.self) {
            try TaskMessage(AMQPMessage(body: bytes), pipeline: "moths")
        }
        #expect(error?.code == .notJSON)
    }

    @Test("Huge bodies and texts that AMQP cannot carry are refused")
    func huge() {
        let filler = String(repeating: "x", count: TaskMessage.largestBody)
        #expect(code(of: #"{"id":1,"image_id":1,"reply_subject":"r","config":"\#(filler)"}"#) == .tooLarge)
        let long = String(repeating: "s", count: 256)
        #expect(code(of: #"{"id":1,"image_id":1,"reply_subject":"\#(long)"}"#) == .tooLong)
        #expect(code(of: #"{"id":"\#(long)","image_id":1,"reply_subject":"r"}"#) == .tooLong)
        let deep = String(repeating: "[", count: 100_000)
        #expect(code(of: #"{"id":1,"image_id":1,"reply_subject":"r","config":\#(deep)"#) == .notJSON)
    }

    @Test("Headers that a message of ours could not carry are left behind, a context that is none is not gone on with")
    func hugeHeaders() throws {
        var message = AMQPMessage(body: Array(Self.body.utf8))
        message.headers = ["traceparent": .string(String(repeating: "a", count: 60_000)), "x-other": 4]
        let read = try TaskMessage(message, pipeline: "moths")
        #expect(read.task.traceparent == nil && read.original.headers == ["x-other": 4])
        for text in ["", "00-ab cd", "00-ab\n", String(repeating: "a", count: 129), "00-ä"] {
            message.headers = ["traceparent": .string(text)]
            #expect(try TaskMessage(message, pipeline: "moths").task.traceparent == nil)
        }
    }

    @Test("A hundred thousand mutated tasks are tasks with bounded texts, or are refused")
    func fuzz() async {
        let examples = [
            Self.body,
            #"{"id":"a","image_id":1,"image_url":"u","reply_subject":"r","pipeline":"p","job_id":"5","config":{"x":[1.5e3,null]}}"#,
        ]
        var (tasks, refused) = (0, 0)
        await aside {
            for input in FuzzInputs(of: examples.map { Array($0.utf8) }, longest: 1024) {
                do throws(MalformedTask) {
                    let task = try TaskMessage(AMQPMessage(body: input), pipeline: "moths").task
                    tasks += 1
                    for text in [task.id, task.imageID, task.replySubject, task.pipeline] {
                        #expect((1...TaskMessage.longestText).contains(text.utf8.count))
                    }
                    #expect(task.imageURL.utf8.count <= input.count * 3)
                } catch {
                    refused += 1
                    #expect(error.description.utf8.count < 500)
                }
            }
        }
        #expect(tasks > 1_000 && refused > 1_000)
    }

    @Test("What is encoded reads back")
    func roundTrip() throws {
        let task = ImageTask(
            id: "9",
            imageID: "3",
            imageURL: "http://h/\"ü\".jpg",
            replySubject: "r",
            pipeline: "p",
            jobID: 4,
            traceparent: "00-ab"
        )
        let message = TaskMessage.encode(task, correlationID: "c")
        #expect(message.messageID == "9" && message.isPersistent && message.correlationID == "c")
        #expect(try TaskMessage(message, pipeline: "other").task == task)
    }

    @Test("Names of queues read back, others are none")
    func names() {
        for kind in TaskQueueName.Kind.allCases {
            let name = TaskQueueName(kind, pipeline: "kenya-uganda_moths.2024")
            #expect(TaskQueueName(name.description) == name)
        }
        for queue in TaskQueueName.all(of: "moths") { #expect(TaskQueueName(queue.description) == queue) }
        let interactive = TaskQueueName(.tasks, pipeline: "moths", lane: .interactive)
        #expect(
            "\(interactive)" == "antenna.tasks.moths.interactive"
                && "\(interactive.deadLetters)" == "antenna.dead.moths"
        )
        #expect("\(interactive.ready)" == "antenna.ready.moths.interactive")
        #expect(TaskQueueName("antenna.tasks..interactive")?.pipeline == ".interactive")
        #expect(TaskQueueName("antenna.dead.moths.interactive")?.lane == .batch)
        #expect(TaskQueueName("antenna.tasks.") == nil)
        #expect(TaskQueueName("antenna.results.relay") == nil)
        #expect(TaskQueueName("tasks.x") == nil)
    }
}
