/// The colours of a kind of moth: red, green and blue, 0…255.
struct MothPalette: Sendable {
    let colour: SceneMoth.Colour
    /// The ground of the forewing.
    let ground: SIMD3<Float>
    /// Bands, spots and veins.
    let pattern: SIMD3<Float>
    /// The hindwing, seen when the wings are open.
    let hindwing: SIMD3<Float>
    /// Thorax and head.
    let fur: SIMD3<Float>

    static let all: [MothPalette] = [
        MothPalette(
            colour: .brown,
            ground: [138, 104, 72],
            pattern: [84, 58, 40],
            hindwing: [168, 140, 108],
            fur: [112, 82, 58]
        ),
        MothPalette(
            colour: .brown,
            ground: [112, 88, 70],
            pattern: [62, 46, 38],
            hindwing: [140, 118, 98],
            fur: [90, 70, 58]
        ),
        MothPalette(
            colour: .pale,
            ground: [192, 182, 158],
            pattern: [132, 116, 90],
            hindwing: [204, 196, 176],
            fur: [176, 164, 138]
        ),
        MothPalette(
            colour: .dark,
            ground: [62, 56, 54],
            pattern: [32, 28, 28],
            hindwing: [92, 84, 80],
            fur: [46, 40, 40]
        ),
        MothPalette(
            colour: .green,
            ground: [104, 128, 84],
            pattern: [190, 198, 160],
            hindwing: [146, 162, 124],
            fur: [90, 110, 74]
        ),
        MothPalette(
            colour: .orange,
            ground: [184, 116, 58],
            pattern: [86, 48, 30],
            hindwing: [214, 134, 60],
            fur: [140, 84, 44]
        ),
    ]
}
