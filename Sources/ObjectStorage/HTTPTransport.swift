/// What carries requests. Blocking, on any thread.
protocol HTTPTransport: Sendable {
  func perform(_ request: HTTPRequest) throws(HTTPFault) -> HTTPResponse
}
