import JSON
import Pipeline
import Testing
import Transport

@testable import Broker

/// What RabbitMQ gets to see, byte for byte.
@Suite("Bytes of task messages")
struct TaskMessageBytesTests {
    private let task = ImageTask(
        id: "t/1",
        imageID: "42",
        imageURL: "http://h/ü \"1\".jpg?a=/\\",
        replySubject: "reply.1",
        pipeline: "moths",
        jobID: 7
    )

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("A task's message")
    func message() {
        #expect(
            text(TaskMessage.encode(task).body)
                == #"{"id":"t/1","image_id":"42","image_url":"http://h/ü \"1\".jpg?a=/\\","reply_subject":"reply.1","pipeline":"moths","job_id":7}"#
        )
        var asking = task
        asking.configuration = TaskConfiguration(["top_k": 3, "later": "x"])
        #expect(text(TaskMessage.encode(asking).body).hasSuffix(#""job_id":7,"config":{"later":"x","top_k":3}}"#))
        let short = ImageTask(id: "1", imageID: "2", imageURL: "", replySubject: "", pipeline: "p")
        #expect(
            text(TaskMessage.encode(short).body) == #"{"id":"1","image_id":"2","image_url":"","pipeline":"p"}"#
        )
    }
}
