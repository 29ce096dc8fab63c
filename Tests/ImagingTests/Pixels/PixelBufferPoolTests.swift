import Imaging
import Telemetry
import Testing

@Suite struct PixelBufferPoolTests {
    private static func address(_ buffer: PixelBuffer) -> UInt {
        buffer.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    private static func grey(_ pool: PixelBufferPool, height: Int, width: Int) throws(ImagingError) -> PixelBuffer {
        try PixelBuffer(pool: pool, height: height, width: width) { bytes in
            for index in bytes.indices { bytes[index] = 128 }
        }
    }

    @Test func memoryReturnsAndServesTheNextImage() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        var first: PixelBuffer? = try Self.grey(pool, height: 100, width: 100)
        let address = try Self.address(#require(first))
        #expect(pool.idleBytes == 0)
        #expect(pool.statistics.lentBytes >= 30_000)
        first = nil
        #expect(pool.idleBytes >= 30_000)
        #expect(pool.statistics.lentBytes == 0)

        // A little smaller still fits.
        let second = try Self.grey(pool, height: 99, width: 99)
        #expect(Self.address(second) == address)
        #expect(pool.statistics.allocations == 1)
        #expect(pool.statistics.reuses == 1)
        #expect(pool.idleBytes == 0)
    }

    @Test func aSmallImageDoesNotTakeALargeBlock() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        _ = try Self.grey(pool, height: 300, width: 300)
        _ = try Self.grey(pool, height: 100, width: 100)
        #expect(pool.statistics.allocations == 2)
        #expect(pool.statistics.idleBuffers == 2)
    }

    @Test func whatIsBeyondTheLimitGoesBackToTheSystemOldestFirst() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 600_000)
        let sizes = [100, 200, 300]
        for side in sizes { _ = try Self.grey(pool, height: side, width: side) }
        // 30,000, 120,000 and 270,000 bytes all fit; another 270,000 beside a lent one does not.
        #expect(pool.statistics.idleBuffers == 3)
        var lent: [PixelBuffer] = []
        for _ in 0..<2 { lent.append(try Self.grey(pool, height: 300, width: 300)) }
        lent.removeAll()
        #expect(pool.idleBytes <= 600_000)
        #expect(pool.statistics.evictions > 0)
        // The large ones came back last, so they are still there.
        let allocations = pool.statistics.allocations
        lent = try (0..<2).map { _ in try Self.grey(pool, height: 300, width: 300) }
        #expect(pool.statistics.allocations == allocations)
    }

    @Test func idleMemoryOfOtherSizesIsGivenUpForWhatIsLent() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 600_000, maximumBytes: 600_000)
        for _ in 0..<2 { _ = try Self.grey(pool, height: 300, width: 300) }
        _ = try Self.grey(pool, height: 200, width: 200)
        #expect(pool.idleBytes > 300_000)
        // 480,000 bytes of another size are lent, so that little of the rest can stay.
        let lent = try Self.grey(pool, height: 400, width: 400)
        #expect(pool.statistics.lentBytes + pool.idleBytes <= 600_000)
        withExtendedLifetime(lent) {}
    }

    @Test func aBlockLargerThanTheLimitIsNotKept() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 10_000)
        _ = try Self.grey(pool, height: 100, width: 100)
        #expect(pool.idleBytes == 0)
        #expect(pool.statistics.evictions == 1)
    }

    @Test func memoryReturnsWhenFillingFails() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        let failure = ImagingError(.damaged, operation: "test", message: "test")
        let thrown = #expect(throws: ImagingError.self) {
            try PixelBuffer(pool: pool, height: 10, width: 10) { _ throws(ImagingError) in throw failure }
        }
        #expect(thrown?.description == failure.description)
        #expect(pool.statistics.lentBytes == 0)
        #expect(pool.statistics.idleBuffers == 1)
        // And when an image is abandoned before it is sealed.
        _ = try pool.take(height: 10, width: 10)
        #expect(pool.statistics.lentBytes == 0)
    }

    @Test func memoryReturnsAfterADamagedImage() throws {
        let pool = PixelBufferPool(maximumIdleBytes: 1 << 20)
        for file in ["baseline-420.jpg", "cmyk.jpg", "rgb-8.png", "grey-16.png"] {
            let bytes = try Fixtures.image(file)
            #expect(Fixtures.error(Fixtures.outcome(of: Array(bytes.dropLast(20)), pool: pool)) != nil)
        }
        #expect(pool.statistics.lentBytes == 0)
    }

    @Test func sealedPixelsAreThoseThatWereWritten() throws {
        var draft = try Fixtures.pool.take(height: 2, width: 3)
        #expect(draft.byteCount == 18)
        draft.withUnsafeMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = UInt8(index) }
        }
        let image = draft.seal()
        #expect(image.withUnsafeBytes { Array($0) } == Array(0..<18))
    }

    @Test(arguments: [(0, 1), (1, 0), (-1, 5), (Int.max, 2), (Int.max / 2, 1)])
    func impossibleSizesAreErrors(_ height: Int, _ width: Int) {
        #expect(throws: ImagingError.self) { _ = try Fixtures.pool.take(height: height, width: width) }
    }

    @Test func noMemoryIsLentTwice() async throws {
        let pool = PixelBufferPool(maximumIdleBytes: 200_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for round in 0..<50 {
                        let level = UInt8(task * 31 + round % 7)
                        let image = try PixelBuffer(pool: pool, height: 40 + round % 3, width: 40) { bytes in
                            for index in bytes.indices { bytes[index] = level }
                        }
                        #expect(image.withUnsafeBytes { bytes in bytes.allSatisfy { $0 == level } })
                    }
                }
            }
            try await group.waitForAll()
        }
        let statistics = pool.statistics
        #expect(statistics.lentBytes == 0)
        #expect(statistics.allocations + statistics.reuses == 400)
        #expect(statistics.idleBytes <= 200_000)
    }
}
