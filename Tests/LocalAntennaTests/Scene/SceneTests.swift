import Imaging
import Testing

@testable import LocalAntenna

@Suite struct SceneTests {
    private static let small = SceneSpecification(seed: 3, width: 256, height: 135)

    @Test func theSameSeedDrawsTheSameScene() {
        let first = SceneGenerator(Self.small).draw()
        let second = SceneGenerator(Self.small).draw()
        #expect(first.pixels == second.pixels)
        #expect(first.moths == second.moths)
        #expect(first.pixels != SceneGenerator(SceneSpecification(seed: 4, width: 256, height: 135)).draw().pixels)
    }

    @Test(arguments: 1...8)
    func everySceneHasMothsApartFromEachOtherAndTheEdge(seed: Int) {
        let scene = SceneGenerator(SceneSpecification(seed: UInt64(seed), width: 192, height: 102)).draw()
        #expect((5...25).contains(scene.moths.count))
        for (index, moth) in scene.moths.enumerated() {
            #expect(moth.x1 >= 0 && moth.y1 >= 0 && moth.x2 <= scene.width && moth.y2 <= scene.height)
            #expect(moth.x2 > moth.x1 && moth.y2 > moth.y1)
            for other in scene.moths[(index + 1)...] {
                let overlap = moth.overlap(
                    x1: Double(other.x1),
                    y1: Double(other.y1),
                    x2: Double(other.x2),
                    y2: Double(other.y2)
                )
                #expect(overlap < 0.2)
            }
        }
    }

    @Test func mothsAreDarkerThanTheSheetAroundThem() {
        let scene = SceneGenerator(Self.small).draw()
        func brightness(x: Int, y: Int) -> Int {
            (0..<3).reduce(0) { $0 + Int(scene.pixels[(y * scene.width + x) * 3 + $1]) }
        }
        for moth in scene.moths where moth.colour == .dark || moth.colour == .brown {
            let middle = brightness(x: (moth.x1 + moth.x2) / 2, y: (moth.y1 + moth.y2) / 2)
            #expect(middle < 450)
        }
        #expect(brightness(x: 2, y: 2) > 450)
    }

    @Test func aSceneBecomesAJPEGOfItsSize() throws {
        let scene = SceneGenerator(Self.small).draw()
        let image = try ImageDecoder().decode(scene.jpeg(), into: PixelBufferPool(maximumIdleBytes: 0))
        #expect(image.width == 256)
        #expect(image.height == 135)
    }

    @Test func overlapIsTheShareOfBothTogether() {
        let moth = SceneMoth(x1: 0, y1: 0, x2: 10, y2: 10, colour: .pale)
        #expect(moth.overlap(x1: 0, y1: 0, x2: 10, y2: 10) == 1)
        #expect(moth.overlap(x1: 5, y1: 0, x2: 15, y2: 10) == 50.0 / 150)
        #expect(moth.overlap(x1: 10, y1: 0, x2: 20, y2: 10) == 0)
    }
}
