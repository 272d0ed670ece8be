/// The keywords of ssh_config(5) that hold a value, spelt and named as `ssh -G` prints them.
///
/// The last three are second halves of keywords whose halves are set independently of each other.
enum Keyword: UInt8, CaseIterable, Sendable {
  case host, match, include
  case addkeystoagent, addressfamily, batchmode, bindaddress, bindinterface, canonicaldomains
  case canonicalizefallbacklocal, canonicalizehostname, canonicalizemaxdots
  case canonicalizepermittedcnames, casignaturealgorithms, certificatefile, channeltimeout,
    checkhostip
  case ciphers, clearallforwardings, compression, connectionattempts, connecttimeout, controlmaster
  case controlpath, controlpersist, dynamicforward, enableescapecommandline, enablesshkeysign
  case escapechar, exitonforwardfailure, fingerprinthash, forkafterauthentication, forwardagent
  case forwardx11, forwardx11timeout, forwardx11trusted, gatewayports, globalknownhostsfile
  case gssapiauthentication, gssapiclientidentity, gssapidelegatecredentials, gssapikexalgorithms
  case gssapikeyexchange, gssapirenewalforcesrekey, gssapiserveridentity, gssapitrustdns
  case hashknownhosts, hostbasedacceptedalgorithms, hostbasedauthentication, hostkeyalgorithms
  case hostkeyalias, hostname, identitiesonly, identityagent, identityfile, ignoreunknown, ipqos
  case kbdinteractiveauthentication, kbdinteractivedevices, kexalgorithms, knownhostscommand
  case localcommand, localforward, loglevel, logverbose, macs, nohostauthenticationforlocalhost
  case numberofpasswordprompts, obscurekeystroketiming, passwordauthentication, permitlocalcommand
  case permitremoteopen, pkcs11provider, port, preferredauthentications, proxycommand, proxyjump
  case proxyusefdpass, pubkeyacceptedalgorithms, pubkeyauthentication, refuseconnection, rekeylimit
  case remotecommand, remoteforward, requesttty, requiredrsasize, revokedhostkeys
  case securitykeyprovider, sendenv, serveralivecountmax, serveraliveinterval, sessiontype, setenv
  case stdinnull, streamlocalbindmask, streamlocalbindunlink, stricthostkeychecking, syslogfacility
  case tag, tcpkeepalive, tunnel, tunneldevice, updatehostkeys, user, userknownhostsfile
  case verifyhostkeydns, versionaddendum, visualhostkey, warnweakcrypto, xauthlocation
  case forwardagentpath, rekeyinterval

  /// The keyword in lower case, as ssh's messages and `ssh -G` have it.
  var name: String { Self.names[Int(rawValue)] }

  private static let names: [String] = allCases.map { String(describing: $0) }
}

/// What a line's first word asks for.
enum Directive: Equatable, Sendable {
  case keyword(Keyword)
  /// Accepted and without effect (Protocol, Cipher, UseRoaming …).
  case deprecated
  /// As `deprecated`, but ssh warns (RSAAuthentication, CompressionLevel …).
  case unsupported
}
