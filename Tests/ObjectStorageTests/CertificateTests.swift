import CatalogTestSupport
import Testing

@testable import ObjectStorage

@Suite("A certificate", .enabled(if: SecureServer.openssl != nil), .timeLimit(.minutes(1)))
struct CertificateTests {
  private func fault(_ variables: [String: String]) -> ObjectError? {
    let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"]
    do {
      let bucket = try S3Bucket(
        BucketLocation("s3://bucket"), environment: TestWorld(keys.merging(variables) { $1 }).environment)
      _ = try bucket.get("a".bytes, atMost: 10)
      return nil
    } catch {
      return error
    }
  }

  @Test("is trusted only where AWS_CA_BUNDLE or the system says so, and for its own host")
  func trust() throws {
    let server = try SecureServer()
    let url = "https://127.0.0.1:\(server.port)"
    let stranger = fault(["AWS_ENDPOINT_URL": url])
    #expect(stranger?.code == .untrusted)
    #expect(stranger?.message.contains("AWS_CA_BUNDLE") == true)
    // Trusted, and then no S3.
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": server.certificate])?.code == .malformed)
    #expect(
      fault(["AWS_ENDPOINT_URL": "https://localhost:\(server.port)", "AWS_CA_BUNDLE": server.certificate])?.code
        == .untrusted)
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": server.noFile])?.code == .untrusted)
    #expect(fault(["AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": server.emptyFile])?.code == .untrusted)
  }
}
