import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import AntennaWorker

@Suite("enqueue")
struct EnqueueCommandTests {
    @Test("files and folders are enqueued by the address they have for workers")
    func enqueuedAddresses() throws {
        let fixture = try ScratchFolder()
        for name in ["b 1.JPG", "a.png", "notes.txt"] { try fixture.write("", to: name) }
        let flags = ["--pipeline", "demo", "--reply-to", "r"]
        let command = try EnqueueCommand.parse(
            flags + ["--images-at", "http://host/night/", "https://x.test/1.jpg?s=2", fixture.directory]
        )
        #expect(
            try command.addresses() == [
                "https://x.test/1.jpg?s=2", "http://host/night/a.png", "http://host/night/b%201.JPG",
            ]
        )
        #expect(throws: (any Error).self) { try EnqueueCommand.parse(flags + [fixture.directory]) }
        #expect(throws: (any Error).self) { try EnqueueCommand.parse(flags + ["--images-at", "ftp://x", "a.jpg"]) }
    }
}
