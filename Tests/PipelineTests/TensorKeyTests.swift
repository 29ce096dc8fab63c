import Testing

@testable import Pipeline

@Suite struct TensorKeyTests {
    @Test func theSameImageHasOneKeyThroughAnySignature() {
        let plain = "https://images.example/trap/1.jpg"
        let signed = [
            plain + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20240101T000000Z&X-Amz-Signature=abc",
            plain + "?AWSAccessKeyId=a&Signature=b%2F&Expires=1700000000",
            plain + "?X-Goog-Signature=abc&x-goog-expires=60",
            plain + "?sv=2022-11-02&sr=b&sig=abc&se=2024-01-01&sp=r",
            plain + "?Policy=a&Signature=b&Key-Pair-Id=c",
            plain + "#fragment",
        ]
        for url in signed {
            #expect(TensorKey(url: url) == TensorKey(url: plain), "\(url)")
        }
    }

    @Test(arguments: [
        "https://images.example/trap/2.jpg", "http://images.example/trap/1.jpg", "https://other.example/trap/1.jpg",
        "https://images.example/trap/1.jpg?id=7", "https://images.example/trap/1.jpg?versionId=7",
    ])
    func otherImagesHaveOtherKeys(_ url: String) {
        #expect(TensorKey(url: url) != TensorKey(url: "https://images.example/trap/1.jpg"))
    }

    @Test func whatSelectsTheImageStaysInOrder() {
        let url = "https://i.example/get?b=2&X-Amz-Date=1&a=%2F"
        #expect(TensorKey.withoutSignature(url) == "https://i.example/get?b=2&a=%2F")
    }

    @Test func anotherDecoderHasOtherKeys() {
        let url = "https://images.example/trap/1.jpg"
        #expect(TensorKey(url: url, decoderVersion: "a") != TensorKey(url: url, decoderVersion: "b"))
    }

    @Test func theKeyIsWrittenAsDesigned() {
        let key = TensorKey(url: "not a url at all %%%").description
        #expect(key.hasPrefix("antenna:tensor:v1:"))
        #expect(key.utf8.count == "antenna:tensor:v1:".utf8.count + 64)
    }
}
