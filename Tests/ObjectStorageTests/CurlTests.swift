import CCurl
import CatalogTestSupport
import Glibc
import LinuxSystem
import Testing

@testable import ObjectStorage

@Suite("libcurl")
struct CurlTests {
  @Test("knows the options by our numbers")
  func numbers() throws {
    let library = try #require(dlopen("libcurl.so.4", RTLD_NOW))
    typealias Find = @convention(c) (UnsafePointer<CChar>) -> UnsafePointer<UInt8>?
    let find = unsafeBitCast(try #require(dlsym(library, "curl_easy_option_by_name")), to: Find.self)
    let options: [(String, Int)] = [
      ("LOW_SPEED_LIMIT", Int(catalog_curl_low_speed_limit)), ("LOW_SPEED_TIME", Int(catalog_curl_low_speed_time)),
      ("NOPROGRESS", Int(catalog_curl_noprogress)), ("NOBODY", Int(catalog_curl_nobody)),
      ("FOLLOWLOCATION", Int(catalog_curl_followlocation)), ("SSL_VERIFYPEER", Int(catalog_curl_ssl_verifypeer)),
      ("HTTPGET", Int(catalog_curl_httpget)), ("SSL_VERIFYHOST", Int(catalog_curl_ssl_verifyhost)),
      ("HTTP_VERSION", Int(catalog_curl_http_version)), ("NOSIGNAL", Int(catalog_curl_nosignal)),
      ("TCP_NODELAY", Int(catalog_curl_tcp_nodelay)), ("TIMEOUT_MS", Int(catalog_curl_timeout_ms)),
      ("CONNECTTIMEOUT_MS", Int(catalog_curl_connecttimeout_ms)), ("PROTOCOLS", Int(catalog_curl_protocols)),
      ("PATH_AS_IS", Int(catalog_curl_path_as_is)),
      ("SUPPRESS_CONNECT_HEADERS", Int(catalog_curl_suppress_connect_headers)),
      ("WRITEDATA", Int(catalog_curl_writedata)), ("URL", Int(catalog_curl_url)),
      ("POSTFIELDS", Int(catalog_curl_postfields)), ("USERAGENT", Int(catalog_curl_useragent)),
      ("HTTPHEADER", Int(catalog_curl_httpheader)), ("HEADERDATA", Int(catalog_curl_headerdata)),
      ("CUSTOMREQUEST", Int(catalog_curl_customrequest)), ("XFERINFODATA", Int(catalog_curl_xferinfodata)),
      ("CAINFO", Int(catalog_curl_cainfo)), ("NOPROXY", Int(catalog_curl_noproxy)),
      ("WRITEFUNCTION", Int(catalog_curl_writefunction)), ("HEADERFUNCTION", Int(catalog_curl_headerfunction)),
      ("OPENSOCKETFUNCTION", Int(catalog_curl_opensocketfunction)),
      ("XFERINFOFUNCTION", Int(catalog_curl_xferinfofunction)),
      ("POSTFIELDSIZE_LARGE", Int(catalog_curl_postfieldsize_large)),
    ]
    for (name, number) in options {
      let option = try #require(find(name), "\(name)")
      // struct curl_easyoption: a name, then the number.
      let id = UnsafeRawPointer(option).load(fromByteOffset: 8, as: UInt32.self)
      #expect(Int(id) == number, "\(name)")
    }
  }

  @Test("is missing in one sentence that says what to install")
  func missing() {
    #expect {
      try CurlTransport(library: CurlLibrary.open(["libcurl-that-is-not-there.so.4"]))
    } throws: { error in
      (error as? HTTPFault)?.kind == .unusable && (error as? HTTPFault)?.text.contains("libcurl4") == true
    }
  }

  @Test("keeps its connections, and carries every method and body")
  func methods() throws {
    let server = try LocalServer { .text(200, ["x-a": "b"], "\($0.method) \($0.body.count)") }
    defer { server.stop() }
    let transport = try CurlTransport()
    let origin = try Endpoint(server.url, from: "test").origin
    for (method, count, expected) in [
      (HTTPRequest.Method.get, 0, "GET 0"), (.put, 0, "PUT 0"), (.put, 300_000, "PUT 300000"), (.head, 0, ""),
      (.get, 0, "GET 0"),
      (.post, 3, "POST 3"), (.head, 0, ""), (.put, 1, "PUT 1"),
    ] {
      var request = HTTPRequest(method: method, origin: origin, path: "/a/../b//c")
      request.body = [UInt8](repeating: 7, count: count)
      let response = try transport.perform(request)
      #expect(response.status == 200)
      #expect(String(decoding: response.body, as: UTF8.self) == expected)
      #expect(response.text("x-a") == "b")
    }
    #expect(server.requests.allSatisfy { $0.target == "/a/../b//c" })
    #expect(server.requests.allSatisfy { $0.headers["expect"] == nil && $0.headers["content-type"] == nil })
  }

  @Test("ends a transfer whose bytes nobody wants")
  func limit() throws {
    let server = try LocalServer { _ in .whole(200, body: [UInt8](repeating: 1, count: 5_000_000)) }
    defer { server.stop() }
    var request = HTTPRequest(method: .get, origin: try Endpoint(server.url, from: "test").origin, path: "/")
    request.bodyLimit = 1_000
    #expect(try CurlTransport().perform(request).body.count == 1_000)
  }

  @Test("tells a server that hangs up from one that is silent, and both from one that is not there")
  func faults() throws {
    let server = try LocalServer {
      switch $0.path {
      case "/close": .close
      case "/cut": .cut(200, body: [1, 2], promised: 10)
      default: .silence
      }
    }
    defer { server.stop() }
    let transport = try CurlTransport()
    func fault(_ path: String, _ url: String) -> HTTPFault.Kind? {
      do {
        var request = HTTPRequest(method: .get, origin: try Endpoint(url, from: "test").origin, path: path)
        request.limits.total = 300
        _ = try transport.perform(request)
        return nil
      } catch {
        return (error as? HTTPFault)?.kind
      }
    }
    #expect(fault("/close", server.url) == .broken)
    #expect(fault("/cut", server.url) == .broken)
    #expect(fault("/silence", server.url) == .timedOut)
    #expect(fault("/", "http://127.0.0.1:1") == .unreachable)
    #expect(fault("/", "http://nothing.invalid") == .unresolved)
  }

  @Test("has enough of a server that sends a byte now and then, and of any answer that takes too long")
  func trickle() throws {
    let server = try LocalServer { _ in .trickle(200) }
    defer { server.stop() }
    #expect(HTTPLimits().total > 0)
    func fault(_ change: (inout HTTPLimits) -> Void) throws -> HTTPFault.Kind? {
      var request = HTTPRequest(method: .get, origin: try Endpoint(server.url, from: "test").origin, path: "/")
      change(&request.limits)
      let transport = try CurlTransport()
      do throws(HTTPFault) {
        _ = try transport.perform(request)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(try fault { $0.stall = 1 } == .timedOut)
    #expect(try fault { $0.total = 300 } == .timedOut)
  }

  @Test("ends where the program is told to stop")
  func interrupted() throws {
    let server = try LocalServer { _ in .silence }
    defer { server.stop() }
    let transport = try CurlTransport(isInterrupted: { !server.requests.isEmpty })
    let request = HTTPRequest(method: .get, origin: try Endpoint(server.url, from: "test").origin, path: "/")
    #expect { try transport.perform(request) } throws: { ($0 as? HTTPFault)?.kind == .interrupted }
  }

  @Test("ends where nobody wants the answer any more")
  func unwanted() throws {
    let server = try LocalServer { _ in .silence }
    defer { server.stop() }
    let transport = try CurlTransport(isInterrupted: TestWorld().environment.isInterrupted)
    let request = HTTPRequest(method: .get, origin: try Endpoint(server.url, from: "test").origin, path: "/")
    UnwantedWork.perform(unless: { !server.requests.isEmpty }) {
      #expect { try transport.perform(request) } throws: { ($0 as? HTTPFault)?.kind == .interrupted }
    }
  }
}
