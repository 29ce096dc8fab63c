import Imaging
import Testing

@testable import Pipeline

@Suite struct RedisSealTests {
    private let seal = RedisSeal(secret: "a secret of some length")
    private let pixels = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    private let header = TensorHeader(sealedLayout: .rgb, height: 10, width: 20).encoded()

    private func head(_ seal: RedisSeal, name: String = "a") throws -> [UInt8] {
        header + (try #require(pixels.withUnsafeBytes { seal.seal($0, header: header, name: name) }))
    }

    private func vouches(_ seal: RedisSeal, _ head: [UInt8], _ pixels: [UInt8], name: String = "a") -> Bool {
        seal.vouches(forHeader: head, name: name)
            && pixels.withUnsafeBytes { seal.vouches(for: $0, head: head, name: name) }
    }

    @Test func whatWasSealedIsKnownAgainByAllWhoHaveTheKey() throws {
        let head = try head(seal)
        #expect(head.count == TensorHeader.byteCount + RedisSeal.byteCount)
        #expect(vouches(RedisSeal(secret: "a secret of some length"), head, pixels))
    }

    @Test func anotherKeyOrNameVouchesForNothing() throws {
        let head = try head(seal)
        let other = RedisSeal(secret: "another secret of some length")
        #expect(!other.vouches(forHeader: head, name: "a"))
        #expect(!pixels.withUnsafeBytes { other.vouches(for: $0, head: head, name: "a") })
        #expect(!seal.vouches(forHeader: head, name: "b"))
        #expect(!pixels.withUnsafeBytes { seal.vouches(for: $0, head: head, name: "b") })
    }

    @Test func everyChangedBitOfTheHeadIsFound() throws {
        let head = try head(seal)
        for index in head.indices {
            for bit in 0..<8 {
                var changed = head
                changed[index] ^= 1 << UInt8(bit)
                #expect(!seal.vouches(forHeader: changed, name: "a"))
            }
        }
        for count in 0..<head.count { #expect(!seal.vouches(forHeader: Array(head.prefix(count)), name: "a")) }
        #expect(!seal.vouches(forHeader: head + [0], name: "a"))
    }

    @Test func everyChangedOrMissingPixelIsFound() throws {
        let head = try head(seal)
        for index in pixels.indices {
            var changed = pixels
            changed[index] ^= 0x80
            #expect(!vouches(seal, head, changed))
        }
        #expect(
            !vouches(seal, head, []) && !vouches(seal, head, Array(pixels.dropLast()))
                && !vouches(seal, head, pixels + [0])
        )
    }

    @Test("The same pixels never get the same seal, so that no key is used twice")
    func saltIsNew() throws {
        #expect(try head(seal) != head(seal))
    }

    @Test func marksAreOfOneNameAndOneKey() {
        let mark = seal.mark(name: "antenna:done:1")
        #expect(seal.isMark(mark, name: "antenna:done:1"))
        #expect(!seal.isMark(mark, name: "antenna:done:2") && !seal.isMark([], name: "antenna:done:1"))
        #expect(
            !seal.isMark(Array(mark.dropLast()), name: "antenna:done:1")
                && !seal.isMark(mark + [0], name: "antenna:done:1")
        )
        #expect(!RedisSeal(secret: "another secret of some length").isMark(mark, name: "antenna:done:1"))
    }

    @Test func nothingShowsTheKey() {
        var shown = "\(seal) \(String(reflecting: seal))"
        dump(seal, to: &shown)
        #expect(!shown.contains("secret") && !shown.contains("SymmetricKey"))
    }
}
