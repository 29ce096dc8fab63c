import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Antenna
@testable import Pipeline

@Suite struct SpoolEntryTests {
    private let entry = SpoolEntry(
        server: "http://antenna.test/api/v2",
        result: OutgoingResult(
            jobID: 7,
            replySubject: "ack \"x\" 蛾",
            taskID: "42",
            json: Array(#"{"detections":[]}"#.utf8)
        )
    )

    @Test func readsBackAsItWas() throws {
        #expect(try SpoolEntry(entry.encoded()) == entry)
        let empty = SpoolEntry(server: "", result: OutgoingResult(jobID: -1, replySubject: "", taskID: "", json: []))
        #expect(try SpoolEntry(empty.encoded()) == empty)
    }

    @Test func truncatedAtAnyByteIsDamage() throws {
        let bytes = entry.encoded()
        for length in 0..<bytes.count {
            #expect { try SpoolEntry(Array(bytes.prefix(length))) } throws: { ($0 as? SpoolError)?.code == .damaged }
        }
    }

    @Test func anyFlippedBitIsDamage() throws {
        let bytes = entry.encoded()
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                #expect { try SpoolEntry(flipped) } throws: { ($0 as? SpoolError)?.code == .damaged }
            }
        }
    }

    @Test("A hundred thousand hostile entries are read whole or are damage")
    func fuzz() async {
        let words = ["ANTSPOOL", "\"job_id\":", "\"server\":null"].map { Array($0.utf8) }
        var read = 0
        await aside {
            for input in FuzzInputs(of: [entry.encoded()], words: words, longest: 512) {
                do throws(SpoolError) {
                    let found = try SpoolEntry(input)
                    read += 1
                    if found != entry { Issue.record("\(input) is read") }
                } catch {
                    if error.code != .damaged { Issue.record("\(error)") }
                }
                // What stands in the header and the description is read before the checksum.
                _ = try? SpoolEntry.description(input.dropFirst(SpoolEntry.headerSize))
                if let lengths = try? SpoolEntry.lengths(input[...]), lengths.file > 257 << 20 {
                    Issue.record("\(lengths)")
                }
            }
        }
        #expect(read > 1_000)
    }

    @Test func anythingAppendedIsDamage() throws {
        let bytes = entry.encoded()
        #expect { try SpoolEntry(bytes + [0]) } throws: { ($0 as? SpoolError)?.code == .damaged }
    }
}

@Suite struct SpoolFilesTests {
    @Test func whatIsNotWrittenForSureIsNotThere() throws {
        let folder = TemporaryFolder()
        try SpoolFiles.makeFolder("\(folder.path)/real")
        // Files are made in it, and it cannot be flushed.
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "real")
        #expect(throws: SpoolError.self) {
            try SpoolFiles.writeDurably([1], name: "1.result", folder: "\(folder.path)/link")
        }
        #expect(try SpoolFiles.names(in: "\(folder.path)/real").isEmpty)
    }
}

@Suite struct SpoolIndexTests {
    private func item(_ number: UInt64, bytes: Int = 10, isOurs: Bool = true, task: String = "1") -> SpoolIndex.Item {
        SpoolIndex.Item(number: number, key: TaskKey(jobID: 1, taskID: task), bytes: bytes, isOurs: isOurs)
    }

    @Test func roomIsKeptFromTheReservationOn() throws {
        var index = SpoolIndex(maximumBytes: 25, maximumEntries: 10)
        let numbers = [index.reserve(10), index.reserve(10)].compactMap(\.self)
        let (first, second) = (try #require(numbers.first), try #require(numbers.last))
        #expect(index.reserve(10) == nil)
        index.cancelReservation(10)
        #expect(index.reserve(10) != nil)
        index.commit(item(second))
        #expect(first < second)
        #expect(index.bytes == 20)
        _ = index.remove(second)
        #expect(index.bytes == 10)
    }

    @Test func whatFitsToTheByteFits() {
        var index = SpoolIndex(maximumBytes: 20, maximumEntries: 10)
        #expect(index.reserve(10) != nil)
        #expect(index.reserve(10) != nil)
        #expect(index.isFull)
    }

    @Test func whatIsSetAsideMayTakeHalf() {
        var index = SpoolIndex(maximumBytes: 100, maximumEntries: 10)
        index.addAside(40)
        #expect(index.hasRoomAside(for: 10) && !index.hasRoomAside(for: 11))
        for _ in 0..<4 { index.addAside(0) }
        #expect(!index.hasRoomAside(for: 1))
    }

    @Test func whatWasPassedHasItsNextTurnAfterTheOthers() {
        var index = SpoolIndex(maximumBytes: 1000, maximumEntries: 10)
        for number in 1...4 as ClosedRange<UInt64> { index.adopt(item(number, task: "\(number)")) }
        #expect(index.oldest(2, behind: 1).map(\.number) == [2, 3])
        #expect(index.oldest(2, behind: 3).map(\.number) == [4])
        #expect(index.oldest(2, behind: 4).map(\.number) == [1, 2], "from the beginning again")
        _ = index.remove(2)
        #expect(index.oldest(1, behind: 2).map(\.number) == [3], "also when it is gone")
    }

    @Test func entriesAreBoundedToo() {
        var index = SpoolIndex(maximumBytes: 1000, maximumEntries: 2)
        #expect(index.reserve(1) != nil)
        #expect(!index.isFull)
        #expect(index.reserve(1) != nil)
        #expect(index.isFull)
        #expect(index.reserve(1) == nil)
    }

    @Test func oneLargerThanTheSpoolFitsWhenItIsAlone() {
        var index = SpoolIndex(maximumBytes: 10, maximumEntries: 10)
        #expect(index.reserve(50) != nil)
        #expect(index.isFull)
        #expect(index.reserve(1) == nil)
    }

    @Test func anEntryThatStaysKeepsNothingOfThoseThatCameAndWent() {
        var index = SpoolIndex(maximumBytes: .max, maximumEntries: .max)
        index.adopt(item(1, isOurs: false, task: "1"))
        for number in 2...10_000 as ClosedRange<UInt64> {
            index.adopt(item(number, task: "\(number)"))
            #expect(index.oldest(5).map(\.number) == [number])
            _ = index.remove(number)
        }
        #expect(index.count == 1)
        #expect(index.places < 100)
    }

    @Test func foreignEntriesAreCountedAndNotHandedOut() {
        var index = SpoolIndex(maximumBytes: 1000, maximumEntries: 10)
        index.adopt(item(1, isOurs: false, task: "1"))
        index.adopt(item(2, task: "2"))
        #expect(index.oldest(5).map(\.number) == [2])
        #expect(index.foreignCount == 1)
        #expect(index.bytes == 20)
        #expect(!index.holds(TaskKey(jobID: 1, taskID: "1")))
        #expect(index.holds(TaskKey(jobID: 1, taskID: "2")))
        _ = index.remove(2)
        #expect(!index.holds(TaskKey(jobID: 1, taskID: "2")))
    }
}

@Suite struct SpoolTests {
    private let folder = TemporaryFolder()

    private func readAll(_ spool: Spool) async throws -> [OutgoingResult] {
        var results: [OutgoingResult] = []
        for id in spool.oldest(1000) {
            if let result = try await spool.read(id) { results.append(result) }
        }
        return results
    }

    @Test func keepsResultsOverARestartInOrder() async throws {
        let expected = (1...20).map { outgoing($0, json: #"{"n":\#($0)}"#) }
        do {
            let spool = try await openSpool(folder)
            for result in expected { try await spool.add(result) }
            #expect(spool.count == 20)
        }
        try await untilReleased(folder)
        let spool = try await openSpool(folder)
        #expect(try await readAll(spool) == expected)
        #expect(spool.holds(TaskKey(jobID: 1, taskID: "7")))
        for id in spool.oldest(1000) { try await spool.remove(id) }
        #expect(spool.count == 0)
        #expect(spool.bytes == 0)
        #expect(folder.files().isEmpty)
    }

    @Test func twoWorkersNeverSeeEachOthersResultsAndTheThirdInheritsFromTheDead() async throws {
        let first = try await openSpool(folder)
        try await first.add(outgoing(1))
        do {
            let second = try await openSpool(folder)
            #expect(second.count == 0)
            try await second.add(outgoing(2))
        }
        try await untilReleased(folder, held: 1)
        let third = try await openSpool(folder)
        #expect(try await readAll(third) == [outgoing(2)])
        #expect(try await readAll(first) == [outgoing(1)])
    }

    @Test func manyStartingAtOnceInheritEachResultOnce() async throws {
        do {
            let spool = try await openSpool(folder)
            for id in 1...10 { try await spool.add(outgoing(id)) }
        }
        try await untilReleased(folder)
        let folder = self.folder
        let spools = try await withThrowingTaskGroup(of: Spool.self) { group in
            for _ in 0..<8 { group.addTask { try await openSpool(folder) } }
            return try await group.reduce(into: [Spool]()) { $0.append($1) }
        }
        #expect(spools.map(\.count).reduce(0, +) == 10)
    }

    @Test func closingLeavesNoEmptyFolderAndNoResultBehind() async throws {
        let spool = try await openSpool(folder)
        try await spool.close()
        #expect(try SpoolFiles.names(in: folder.path).filter { $0.hasPrefix("worker-") }.isEmpty)
        let other = try await openSpool(folder)
        try await other.add(outgoing(1))
        try await other.close()
        #expect(folder.files().count == 1)
    }

    @Test func damagedEntriesAreSetAsideAndBlockNobody() async throws {
        do {
            let spool = try await openSpool(folder)
            for id in 1...6 { try await spool.add(outgoing(id)) }
        }
        try await untilReleased(folder)
        let files = folder.files().map { "\(folder.path)/\($0)" }
        try Data().write(to: URL(filePath: files[0]))
        try Data(contentsOf: URL(filePath: files[1])).prefix(70).write(to: URL(filePath: files[1]))
        var flipped = try Data(contentsOf: URL(filePath: files[2]))
        flipped[flipped.count - 1] ^= 1
        try flipped.write(to: URL(filePath: files[2]))
        try Data("not ours".utf8).write(to: URL(filePath: files[3]))
        let worker = URL(filePath: files[0]).deletingLastPathComponent()
        try Data("half".utf8).write(to: worker.appending(path: ".tmp-00000000000000000009.result"))
        try Data("notes".utf8).write(to: worker.appending(path: "notes.txt"))
        let spool = try await openSpool(folder)
        // The flipped bit is found out when the entry is read.
        #expect(spool.count == 3)
        #expect(try await readAll(spool) == [outgoing(5), outgoing(6)])
        #expect(spool.count == 2)
        #expect(try SpoolFiles.names(in: "\(folder.path)/damaged").count == 5)
        #expect(try SpoolFiles.names(in: folder.path).count { $0.hasPrefix("worker-") } == 1)
    }

    @Test func whatWasCutOffIsFoundOutAtTheStart() async throws {
        do {
            let spool = try await openSpool(folder)
            try await spool.add(outgoing(1))
        }
        try await untilReleased(folder)
        let file = URL(filePath: "\(folder.path)/\(folder.files()[0])")
        try Data(contentsOf: file).dropLast().write(to: file)
        #expect(try await openSpool(folder).count == 0)
        #expect(try SpoolFiles.names(in: "\(folder.path)/damaged").count == 1)
    }

    @Test(arguments: [9, 10, 11]) func anEntryOfAnotherVersionIsNotReadAsThisOne(_ place: Int) {
        var bytes = SpoolEntry(server: "http://antenna.test", result: outgoing(1)).encoded()
        bytes[place] += 1
        #expect(throws: SpoolError.self) { try SpoolEntry.lengths(bytes[...]) }
    }

    @Test func aFileThatVanishedIsForgotten() async throws {
        let spool = try await openSpool(folder)
        try await spool.add(outgoing(1))
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(folder.files()[0])")
        #expect(try await readAll(spool).isEmpty)
        #expect(spool.count == 0)
    }

    @Test func resultsForAnotherServerAreKeptForIt() async throws {
        do {
            let spool = try await openSpool(folder, server: "http://other.test")
            try await spool.add(outgoing(1))
        }
        try await untilReleased(folder)
        do {
            let spool = try await openSpool(folder)
            #expect(spool.count == 1)
            #expect(spool.sendableCount == 0)
            #expect(spool.oldest(10).isEmpty)
        }
        try await untilReleased(folder)
        let spool = try await openSpool(folder, server: "http://other.test/")
        #expect(try await readAll(spool) == [outgoing(1)])
    }

    @Test func aFullSpoolSaysSoAndTakesAgainWhenThereIsRoom() async throws {
        let spool = try await openSpool(folder, maximumEntries: 2)
        try await spool.add(outgoing(1))
        try await spool.add(outgoing(2))
        #expect(spool.isFull)
        await #expect { try await spool.add(outgoing(3)) } throws: { ($0 as? SpoolError)?.code == .full }
        try await spool.remove(spool.oldest(1)[0])
        try await spool.add(outgoing(3))
        #expect(try await readAll(spool) == [outgoing(2), outgoing(3)])
    }

    @Test func aFailedWriteLeavesNothingAndItsRoomIsFree() async throws {
        let isDiskFull = Mutex(true)
        let spool = try await Spool.open(
            directory: folder.path,
            address: AntennaAddress("http://antenna.test"),
            maximumBytes: 1 << 20,
            maximumEntries: 1,
            logger: quiet
        ) { bytes, name, folder throws(SpoolError) in
            if isDiskFull.withLock({ $0 }) { throw SpoolError(errno: ENOSPC, operation: "spool.write", path: name) }
            try SpoolFiles.writeDurably(bytes, name: name, folder: folder)
        }
        await #expect { try await spool.add(outgoing(1)) } throws: { ($0 as? SpoolError)?.code == .diskFull }
        #expect(spool.count == 0)
        #expect(spool.bytes == 0)
        isDiskFull.withLock { $0 = false }
        try await spool.add(outgoing(1))
        #expect(spool.count == 1)
    }

    @Test func aFolderThatCannotBeMadeIsAnError() async throws {
        try Data("file".utf8).write(to: URL(filePath: folder.path))
        await #expect { try await openSpool(folder) } throws: { ($0 as? SpoolError)?.code == .fileSystem }
    }

    @Test func aRefusedResultIsKeptWithTheAnswer() async throws {
        let spool = try await openSpool(folder)
        try await spool.add(outgoing(1))
        let reason = AntennaError(.refused, operation: "result.post", message: "bad box", nativeCode: 400)
        try await spool.refuse(spool.oldest(1)[0], because: reason)
        try await spool.setAside(outgoing(2), because: reason)
        #expect(spool.count == 0)
        let names = try SpoolFiles.names(in: "\(folder.path)/refused")
        #expect(names.count { $0.hasSuffix(".result") } == 2)
        let answers = names.filter { $0.hasSuffix(".answer.txt") }
        #expect(answers.count == 2)
        let answer = try String(contentsOfFile: "\(folder.path)/refused/\(answers[0])", encoding: .utf8)
        #expect(answer.contains("bad box") && answer.contains("400"))
    }

    @Test func whatLiesThereIsSeenWithoutOpeningIt() async throws {
        #expect(Spool.usage(of: folder.path)?.entries ?? 0 == 0)
        let spool = try await openSpool(folder)
        for id in 1...3 { try await spool.add(outgoing(id)) }
        try await spool.refuse(
            spool.oldest(1)[0],
            because: AntennaError(.refused, operation: "result.post", message: "bad box", nativeCode: 400)
        )
        let usage = try #require(Spool.usage(of: folder.path))
        #expect(usage.entries == 3 && usage.bytes > spool.bytes)
        #expect(spool.count == 2, "it is still the worker's")
    }
}
