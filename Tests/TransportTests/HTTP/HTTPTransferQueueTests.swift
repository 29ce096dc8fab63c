import Concurrency
import Testing

@testable import Transport

@Suite("Transfer queue")
struct HTTPTransferQueueTests {
    @Test("So many per origin, so many in all, in order")
    func limits() {
        var queue = TransferQueue<Int>(perOrigin: 2, total: 3)
        for id in 0..<4 { queue.enqueue(id, origin: "a") }
        for id in 4..<6 { queue.enqueue(id, origin: "b") }
        #expect(queue.admit() == [0, 1, 4])
        #expect(queue.admit() == [])
        queue.remove(4)
        #expect(queue.admit() == [5])
        queue.remove(0)
        #expect(queue.admit() == [2])
        #expect(queue.waitingCount == 1)
    }

    @Test("What somebody waits for goes first where there is room, and leaves the others every fourth turn")
    func lanes() {
        var queue = TransferQueue<Int>(perOrigin: 1, total: 2)
        for id in 0..<4 { queue.enqueue(id, origin: "a") }
        for id in 10..<16 { queue.enqueue(id, origin: "a", lane: .interactive) }
        queue.enqueue(20, origin: "b")
        var order: [Int] = []
        var running = queue.admit()
        while let ended = running.first {
            order.append(ended)
            queue.remove(ended)
            running = Array(running.dropFirst()) + queue.admit()
        }
        #expect(order == [10, 20, 11, 12, 13, 0, 14, 15, 1, 2, 3])
    }

    @Test("Whoever gives up while waiting frees no place, and who ends twice frees one")
    func givingUp() {
        var queue = TransferQueue<Int>(perOrigin: 1, total: 1)
        for id in 0..<3 { queue.enqueue(id, origin: "a") }
        #expect(queue.admit() == [0])
        queue.remove(1)
        #expect(queue.admit() == [])
        queue.remove(0)
        queue.remove(0)
        #expect(queue.admit() == [2])
        #expect(queue.admit() == [])
    }

    @Test("Limits of nothing still let one through")
    func zero() {
        var queue = TransferQueue<Int>(perOrigin: 0, total: -1)
        queue.enqueue(1, origin: "a")
        #expect(queue.admit() == [1])
    }
}

@Suite("Header fields")
struct HTTPHeadersTests {
    @Test("Case does not matter, the first of a name is found, setting replaces all")
    func lookup() {
        var headers: HTTPHeaders = ["Content-Type": "a", "content-type": "b"]
        #expect(headers["CONTENT-TYPE"] == "a")
        headers["Content-type"] = "c"
        #expect(headers.map(\.value) == ["c"])
        headers["Content-Type"] = nil
        #expect(headers["content-type"] == nil)
    }
}
