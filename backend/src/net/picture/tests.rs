//! Every way to a private address, and what servers answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::net::Trust;
use crate::net::public::Reach;

const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

fn web() -> Web {
    Web { reach: reach(), trust: Trust::new(None).expect("anchors") }
}

fn public() -> Web {
    Web::public().expect("anchors")
}

/// In these tests 127.0.0.1 plays the public internet; everything else is private.
fn is_ours(address: SocketAddr) -> bool {
    address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)
}

fn reach() -> Reach {
    Reach::with(
        |host| match host.as_str() {
            "public.test" => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
            "mixed.test" => Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv4Addr::new(10, 0, 0, 1).into()]),
            "private.test" => Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into()]),
            _ => Err(std::io::ErrorKind::NotFound.into()),
        },
        is_ours,
    )
}

/// A server that answers each connection with the next of these; its port, and what it was asked.
async fn server(answers: Vec<Vec<u8>>) -> (u16, Arc<AtomicUsize>, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let asked = tokio::spawn(async move {
        let mut asked = String::new();
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept().await else { break };
            counted.fetch_add(1, SeqCst);
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else { break };
                head.push(byte);
            }
            asked.push_str(&String::from_utf8_lossy(&head));
            // A client that has seen enough hangs up.
            let _ = stream.write_all(&answer).await;
        }
        asked
    });
    (port, count, asked)
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

async fn get(port: u16, path: &str) -> Result<Picture, FetchError> {
    let url = Url::parse(&format!("http://public.test:{port}{path}")).expect("an address");
    fetch(&url, &web()).await
}

#[tokio::test]
async fn no_form_of_a_private_address_is_connected_to() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "012.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "127。0。0。1",
        "①②⑦.0.0.1",
        "%31%32%37.0.0.1",
    ] {
        for scheme in ["http", "https"] {
            let url = Url::parse(&format!("{scheme}://{host}/")).expect("an address");
            let refused = fetch(&url, &public()).await;
            assert!(
                matches!(refused, Err(FetchError::Refused(Refused::NotPublic))),
                "{url}: {refused:?}"
            );
        }
    }
    for odd in ["http://1.1.1.1:22/", "http://1.1.1.1:25/", "https://1.1.1.1:6379/"] {
        let url = Url::parse(odd).expect("an address");
        assert!(fetch(&url, &public()).await.is_err(), "{odd}");
    }
    for odd in ["ftp://1.1.1.1/", "gopher://1.1.1.1/", "data:,x"] {
        let url = Url::parse(odd).expect("an address");
        let refused = fetch(&url, &public()).await;
        assert!(matches!(refused, Err(FetchError::Refused(Refused::Address))), "{odd}");
    }
}

#[tokio::test]
async fn names_are_weighed_by_all_their_addresses() {
    for host in ["private.test", "mixed.test"] {
        let url = Url::parse(&format!("http://{host}:1/")).expect("an address");
        let refused = fetch(&url, &web()).await;
        assert!(matches!(refused, Err(FetchError::Refused(Refused::NotPublic))), "{host}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_asked_once() {
    let (port, count, _) = server(vec![answer("200 OK", GIF)]).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    // The first answer is public; every later one leads inside.
    let reach = Reach::with(
        move |_| match counted.fetch_add(1, SeqCst) {
            0 => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
            _ => Ok(vec![Ipv4Addr::new(127, 0, 0, 2).into()]),
        },
        is_ours,
    );
    let rebinding = Web { reach, ..web() };
    let url = Url::parse(&format!("http://rebind.test:{port}/")).expect("an address");
    let picture = fetch(&url, &rebinding).await.expect("a picture");
    assert_eq!((picture.content_type, asked.load(SeqCst), count.load(SeqCst)), ("image/gif", 1, 1));
    let refused = fetch(&url, &rebinding).await;
    assert!(matches!(refused, Err(FetchError::Refused(Refused::NotPublic))));
}

#[tokio::test]
async fn redirects_are_weighed_and_counted() {
    let to = |location: &str| answer(&format!("302 Found\r\nLocation: {location}"), b"");
    let (port, count, _) = server(vec![to("/b"), to("c?d"), to("/e"), answer("200 OK", GIF)]).await;
    assert!(get(port, "/a").await.is_ok());
    assert_eq!(count.load(SeqCst), 4);
    let (port, count, _) = server(vec![to("/a"), to("/a"), to("/a"), to("/a"), to("/a")]).await;
    assert!(matches!(get(port, "/a").await, Err(FetchError::Redirected)));
    assert_eq!(count.load(SeqCst), 4);
    for inside in [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/",
        "//private.test/",
        "http://[::1]/",
        "http://2130706434/",
        "ftp://public.test/",
        "http://user:word@public.test/",
    ] {
        let (port, count, _) = server(vec![to(inside), answer("200 OK", GIF)]).await;
        assert!(get(port, "/a").await.is_err(), "{inside}");
        assert_eq!(count.load(SeqCst), 1, "{inside}");
    }
}

#[tokio::test]
async fn nothing_of_the_user_goes_out() {
    let (port, _, asked) = server(vec![answer("200 OK\r\nSet-Cookie: a=b", GIF)]).await;
    let picture = get(port, "/a%20b?c=d").await.expect("a picture");
    assert_eq!(&picture.bytes[..], GIF);
    let asked = asked.await.expect("asked").to_lowercase();
    assert!(asked.starts_with("get /a%20b?c=d http/1.1\r\n"), "{asked}");
    for never in ["cookie", "referer", "authorization", "origin", "x-forwarded", "forwarded"] {
        assert!(!asked.contains(never), "{asked}");
    }
}

#[tokio::test]
async fn only_raster_pictures_of_a_bearable_size_come_back() {
    let svg =
        answer("200 OK\r\nContent-Type: image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>");
    let (port, _, _) = server(vec![svg]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::NotAPicture)));
    let (port, _, _) = server(vec![answer("200 OK", b"")]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::NotAPicture)));
    let (port, _, _) = server(vec![answer("404 Not Found", GIF)]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::Status(_))));
    let (port, _, _) =
        server(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".to_vec()]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::TooLarge)));
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), GIF.to_vec(), vec![0; 11 << 20]].concat();
    let (port, _, _) = server(vec![endless]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::TooLarge)));
    let (port, _, _) = server(vec![b"+OK POP3 ready\r\n".to_vec()]).await;
    assert!(matches!(get(port, "/").await, Err(FetchError::Http(_))));
}
