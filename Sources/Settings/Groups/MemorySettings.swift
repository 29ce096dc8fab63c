/// Decoded images in memory.
package struct MemorySettings: SettingGroup {
    package static let title = "Memory"

    package let pixelBudget = Setting(
        "memory.pixel_budget",
        flag: "pixel-budget",
        .byteCount(16 << 20...1 << 40),
        default: 256 << 20,
        "Decoded images in memory at most, and what decoding takes: 1.5 bytes a pixel of a JPEG of 4:2:0, which is what nearly all cameras write, 3 of any other; beside it while it is decoded 3 to 6 bytes a pixel of a progressive JPEG. An image that needs more alone is an error."
    )

    package let tensorCache = Setting(
        "memory.tensor_cache",
        flag: "tensor-cache",
        .byteCount(0...1 << 40),
        default: 128 << 20,
        "Without Redis: decoded images kept for a second pipeline or a redelivery, at most. Part of the budget of pixels, and given up when that is short."
    )

    package init() {}
}
