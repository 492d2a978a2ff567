import CatalogTestSupport
import Testing

@testable import ObjectStorage

@Suite("A secret")
struct SecretTests {
  @Test("stands in no description of credentials, however it is asked for")
  func descriptions() {
    let credentials = Credentials(accessKey: "AKIDTEST", secret: S3Bucket.testSecret, token: "TOKENTEST", end: 1)
    var dumped = ""
    dump(credentials, to: &dumped)
    dump([credentials], to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), String(describing: [credentials]), dumped] {
      #expect(!text.contains(S3Bucket.testSecret))
      #expect(!text.contains("TOKENTEST"))
    }
  }

  @Test("stands in no error, whatever the store answers, even where it sends it back")
  func errors() throws {
    let secret = S3Bucket.testSecret
    let echo = "<Error><Code>X</Code><Message>\(secret)</Message><StringToSign>\(secret)</StringToSign></Error>"
    for status in [200, 204, 206, 301, 307, 400, 401, 403, 404, 405, 409, 412, 416, 429, 500, 501, 503, 599] {
      for code in [
        "X", "AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId", "RequestTimeTooSkewed", "NoSuchBucket",
        "ExpiredToken", "\(S3Bucket.testSecret) ",
      ] {
        let server = try LocalServer { request in
          .text(
            status, ["x-amz-bucket-region": S3Bucket.testSecret + "!", "retry-after": "1"],
            echo.replacing("<Code>X<", with: "<Code>\(code)<"))
        }
        defer { server.stop() }
        let bucket = try S3Bucket.local(server)
        let calls: [() throws -> Void] = [
          { _ = try bucket.list([], from: .beginning) }, { _ = try bucket.get("k".bytes, atMost: 9) },
          { _ = try bucket.get("k".bytes, .last(3), of: nil) }, { _ = try bucket.look("k".bytes) },
          { _ = try bucket.put("k".bytes, [], if: .absent) }, { _ = try bucket.put("k".bytes, [], if: .always) },
          { _ = try bucket.honoursConditions(rewriting: "k".bytes, []) },
        ]
        for call in calls {
          do {
            try call()
          } catch {
            for text in ["\(error)", String(reflecting: error)] {
              #expect(!text.contains(S3Bucket.testSecret))
              #expect(!text.contains("Signature="))
            }
            #expect(error is ObjectError)
          }
        }
        #expect(server.requests.allSatisfy { !$0.target.contains(S3Bucket.testSecret) })
      }
    }
  }
}
