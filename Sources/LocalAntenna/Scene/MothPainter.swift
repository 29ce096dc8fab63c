/// Paints one moth: shadow, wings with their pattern, body, antennae.
struct MothPainter: Sendable {
    /// The middle of the moth, in pixels.
    let centre: SIMD2<Float>
    /// Its length, in pixels.
    let length: Float
    let palette: MothPalette
    private let form: MothForm
    private let wings: [MothForm.Wing]
    private let axis: SIMD2<Float>
    private let noise: ValueNoise
    private let bandPositions: SIMD2<Float>
    private let bandStrength: Float
    private let spotStrength: Float
    private let mottling: Float

    init(centre: SIMD2<Float>, length: Float, random: inout SplitMix64) {
        let angle = Float(random.within(0...(2 * .pi)))
        let form = MothForm.allCases[Int(random.next() % UInt64(MothForm.allCases.count))]
        self.centre = centre
        // Slender kinds are small kinds.
        self.length = form == .slender ? length * 0.62 : length
        self.axis = [Self.cosine(angle), Self.cosine(angle - .pi / 2)]
        self.form = form
        self.wings = form.wings
        self.palette = MothPalette.all[Int(random.next() % UInt64(MothPalette.all.count))]
        self.noise = ValueNoise(seed: random.next())
        self.bandPositions = [Float(random.within(0.16...0.24)), Float(random.within(0.34...0.46))]
        self.bandStrength = Float(random.within(0.25...0.9))
        self.spotStrength = Float(random.within(0...0.9))
        self.mottling = Float(random.within(0.25...0.7))
    }

    /// Pixels further than this from the middle are not touched.
    var reach: Float { length * (MothForm.reach + 0.12) }

    /// The colour of a pixel with the moth over it, and whether wings or body cover it.
    func paint(_ pixel: SIMD2<Float>, over ground: SIMD3<Float>) -> (colour: SIMD3<Float>, isCovered: Bool) {
        var colour = ground
        let offset = pixel - centre
        guard dot(offset, offset) < reach * reach else { return (ground, false) }
        let shadow = shade(pixel)
        if shadow > 0 { colour *= 1 - shadow * SIMD3(0.5, 0.48, 0.42) }

        let point = local(pixel)
        let antenna = coverage(form.antennaDistance(point) - 0.006)
        colour += (palette.pattern * 0.8 - colour) * (antenna * 0.85)
        var isCovered = false
        let body = form.bodyDistance(point)
        let bodyCover = coverage(body)
        func paintBody(_ opacity: Float) {
            guard bodyCover > 0, opacity > 0 else { return }
            colour += (bodyColour(point, depth: -body) - colour) * (bodyCover * opacity)
            isCovered = isCovered || bodyCover > 0.5
        }
        if form.hidesAbdomen { paintBody(1) }
        for (index, wing) in wings.enumerated() {
            let distance = wing.distance(point)
            let cover = coverage(distance)
            guard cover > 0 else { continue }
            let isForewing = index == wings.count - 1
            colour += (wingColour(point, wing: wing, depth: -distance, isForewing: isForewing) - colour) * cover
            isCovered = isCovered || cover > 0.5
        }
        // Over folded wings only head and thorax show, and the thorax ends in hair.
        paintBody(form.hidesAbdomen ? max(0, min(1, (-0.1 - point.y) / 0.1)) : 1)
        return (colour, isCovered)
    }

    // MARK: Geometry

    /// The pixel in units of the moth's length, mirrored into its right half.
    private func local(_ pixel: SIMD2<Float>) -> SIMD2<Float> {
        let offset = (pixel - centre) / length
        return [abs(offset.x * axis.x + offset.y * axis.y), offset.y * axis.x - offset.x * axis.y]
    }

    /// How much of a pixel lies inside, 0…1, from the distance to the outline in units of the moth's length.
    private func coverage(_ distance: Float) -> Float {
        max(0, min(1, 0.5 - distance * length))
    }

    /// How dark the shadow is at a pixel, 0…1: the light comes from the upper left.
    private func shade(_ pixel: SIMD2<Float>) -> Float {
        let lift = length * 0.03
        let point = local(pixel - SIMD2(lift, lift * 1.4))
        let softness: Float = 0.11
        var distance = form.bodyDistance(point)
        for wing in wings { distance = min(distance, wing.distance(point)) }
        let strength = max(0, min(1, 0.5 - distance / softness))
        return strength * strength * (3 - 2 * strength)
    }

    // MARK: Colour

    private func wingColour(
        _ point: SIMD2<Float>,
        wing: MothForm.Wing,
        depth: Float,
        isForewing: Bool
    ) -> SIMD3<Float> {
        let fromRoot = point - wing.root
        let wobble = (noise(point * 9) - 0.5) * 0.06
        let radius = dot(fromRoot, fromRoot).squareRoot() + wobble
        var colour = isForewing ? palette.ground : palette.hindwing
        let strength = isForewing ? bandStrength : bandStrength * 0.45

        // Two cross lines, each with a pale companion outside.
        for position in [bandPositions.x, bandPositions.y] {
            let line = Self.bump(radius - position, width: 0.016)
            let companion = Self.bump(radius - position - 0.03, width: 0.014)
            colour += (palette.pattern - colour) * (line * strength)
            colour += (palette.ground * 1.22 - colour) * (companion * strength * 0.7)
        }
        // The kidney mark between them.
        let markPlace = wing.root + SIMD2(0.12, 0.27)
        let fromMark = (point - markPlace) / SIMD2(0.75, 1)
        let ring = Self.bump(dot(fromMark, fromMark).squareRoot() - 0.035, width: 0.014)
        if isForewing { colour += (palette.pattern - colour) * (ring * spotStrength) }
        // Veins run outwards, the margin is darker with a pale fringe.
        let direction = fromRoot.x / (abs(fromRoot.y) + abs(fromRoot.x) + 0.001)
        let vein = Self.bump(direction * 9 - (direction * 9).rounded(), width: 0.12) * min(1, radius * 3)
        colour += (palette.pattern - colour) * (vein * 0.16)
        colour += (palette.pattern - colour) * (max(0, 1 - depth / 0.05) * 0.4)
        colour += (palette.ground * 1.25 - colour) * (max(0, 1 - depth / 0.012) * 0.5)
        // Scales.
        let scales = noise.layered(point * 22) - 0.5
        let grain = noise(point * 90) - 0.5
        colour *= 1 + scales * mottling + grain * 0.22
        // The wing slopes away from the body.
        return colour * (1.06 - point.x * 0.35)
    }

    private func bodyColour(_ point: SIMD2<Float>, depth: Float) -> SIMD3<Float> {
        let isAbdomen = point.y > -0.08
        var colour = isAbdomen ? (palette.hindwing + palette.fur) * 0.5 : palette.fur
        let segment = (point.y * 16 - (point.y * 16).rounded(.down))
        if isAbdomen { colour *= segment < 0.3 ? 0.78 : 1 }
        let hair = noise.layered(SIMD2(point.x * 60, point.y * 30)) - 0.5
        return colour * (0.72 + min(1, depth / 0.05) * 0.36 + hair * 0.4)
    }

    /// One at zero, falling to nothing at twice the width.
    private static func bump(_ distance: Float, width: Float) -> Float {
        let ratio = distance / width
        let rest = max(0, 1 - ratio * ratio * 0.25)
        return rest * rest
    }

    /// The cosine by its series: the system's mathematics differ between platforms in the last bit.
    private static func cosine(_ angle: Float) -> Float {
        var turn = Double(angle)
        turn -= 2 * .pi * (turn / (2 * .pi)).rounded()
        let square = turn * turn
        var term = 1.0
        var sum = 1.0
        for step in 1...12 {
            term *= -square / Double((2 * step - 1) * (2 * step))
            sum += term
        }
        return Float(sum)
    }
}
