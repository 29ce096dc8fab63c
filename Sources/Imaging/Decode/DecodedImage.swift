/// What decoding gave.
package struct DecodedImage: Sendable {
    /// The pixels.
    package let pixels: PixelBuffer
    /// What is wrong with them, where damaged images are accepted: a part of the picture is not what the camera saw.
    package let damage: ImagingError?
}
