import HostBook
import Testing

@Suite struct PinsTests {
  @Test func `keys are set, replaced and removed by name`() throws {
    var pins = Pins()
    try pins.set("sky.a", keys: [Sample.key, Sample.key + "x comment here"])
    try pins.set("sky.b", keys: [Sample.key])
    #expect(pins.keys(of: "sky.a") == [Sample.key, Sample.key + "x"])
    try pins.set("sky.a", keys: [Sample.key])
    #expect(pins.names == ["sky.a", "sky.b"])
    #expect(pins.remove(["sky.a", "sky.none"]) == 1)
    #expect(String(decoding: pins.render(), as: UTF8.self) == "sky.b \(Sample.key)\n")
    #expect(Pins(parsing: pins.render()) == pins)
  }

  @Test func `lines of others stay as they are`() throws {
    let text =
      "# mine\n|1|abc|def= \(Sample.key)\n@revoked * \(Sample.key)\nsky.a,b \(Sample.key)\n"
    var pins = Pins(parsing: Array(text.utf8))
    pins.remove(["#", "@revoked", "sky.a"])
    #expect(String(decoding: pins.render(), as: UTF8.self) == text)
  }

  @Test func `re-creation retires the keys of that cluster only`() throws {
    var pins = Pins()
    let kept = ["sky-dev-new-0", "sky-dev-x-old-0", "sky-devel-old-0", "sky.dev", "sky-dev-old-x"]
    for name in kept + ["sky-dev-old-0", "sky-dev-old-12"] {
      try pins.set(name, keys: [Sample.key])
    }
    #expect(pins.retire(cluster: "dev", keeping: "new") == ["sky-dev-old-0", "sky-dev-old-12"])
    #expect(pins.names == kept.sorted())
    #expect(pins.retire(cluster: "Dev") == ["sky-dev-new-0"])
  }

  @Test(arguments: [
    "", "ssh-ed25519", "rubbish AAAAC3NzaC1lZDI1NTE5AAAAIHh0q1sV7sJ8lqBz0N4V8yqTnV6l",
    "ssh-rsa !!!",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHh0q1sV7sJ8lqBz0N4V8yqTnV6l\nevil ssh-rsa AAAA",
  ])
  func `what is no key is refused`(key: String) {
    var pins = Pins()
    expectInvalid { () throws(BookError) in try pins.set("sky.a", keys: [key]) }
    #expect(pins == Pins())
  }

  @Test(arguments: ["", "a b", "a\nb", "A", "*", "a,b", "@x", "|1|x"])
  func `what is no name of a key is refused`(name: String) {
    var pins = Pins()
    expectInvalid { () throws(BookError) in try pins.set(name, keys: [Sample.key]) }
  }
}
