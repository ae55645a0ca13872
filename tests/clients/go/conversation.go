// What we ask of gophertelekomcloud, told where the fake is by its environment and nothing else.
// record.py builds and runs it: conversation WHAT, one line on standard output for each fact.
//
//	log-in    log in, and list: how it logs in is up to OS_AUTH_URL, OS_AUTH_TYPE and OS_CLOUD
//	life      the life of an image; MEMBER_* leads the other tenant as OS_* leads the first
//	pages     AllPages
//	provider  log in as Terraform's OTC provider does: to the project, and to the domain
//	renewed   a token that ends, where the client may log in again
//	upload    an upload that may be answered 429
//	ims, ...  see ims.go
//	403, ...  what is answered with this status, by itself or as a fault has it
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/projects"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/identity/v3/tokens"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/image/v2/images"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/image/v2/members"
	ims "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v2/images"
	imsmembers "github.com/opentelekomcloud/gophertelekomcloud/openstack/ims/v2/members"
)

const nowhere = "11111111-2222-3333-4444-555555555555"

var data = []byte("bytes of a disk")

// say prints the type of an error (the innermost), or what there is to say without one.
func say(what string, err error, more ...any) {
	if err == nil {
		fmt.Println(append([]any{what}, more...)...)
		return
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	fmt.Printf("%s %T\n", what, err)
}

// must ends the program.
func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%T: %s\n", err, err)
		os.Exit(1)
	}
	return value
}

// logIn does what openstack.NewEnv(prefix).AuthenticatedClient() does, which forgets what kind of
// error it was.
func logIn(prefix string) (*golangsdk.ServiceClient, error) {
	cloud := must(openstack.NewEnv(prefix).Cloud())
	provider, err := openstack.AuthenticatedClient(
		must(openstack.AuthOptionsFromInfo(&cloud.AuthInfo, cloud.AuthType)))
	if err != nil {
		return nil, err
	}
	// Left alone it waits a minute after 429.
	pause, retries := 10*time.Millisecond, 2
	provider.BackoffRetryTimeout, provider.MaxBackoffRetries = &pause, &retries
	return openstack.NewIMSV2(provider, golangsdk.EndpointOpts{})
}

func create(client *golangsdk.ServiceClient, name string, protected bool) string {
	return must(images.Create(client, images.CreateOpts{
		Name: name, DiskFormat: "raw", ContainerFormat: "bare", Protected: protected})).Id
}

func names(client *golangsdk.ServiceClient, opts ims.ListImagesOpts) (found []string) {
	for _, image := range must(images.ExtractImages(must(images.List(client, opts).AllPages()))) {
		found = append(found, image.Name)
	}
	return found
}

// download asks as the SDK's own requests are made: it has no function for it.
func download(client *golangsdk.ServiceClient, id string) []byte {
	answer := must(client.Get(client.ServiceURL("images", id, "file"), nil, nil))
	defer answer.Body.Close()
	return must(io.ReadAll(answer.Body))
}

func life(client *golangsdk.ServiceClient) {
	id := create(client, "disk", false)
	say("created", nil, must(images.Get(client, id)).Status)
	// A file: its length is not told, so that it is sent in chunks.
	file := must(os.CreateTemp("", "disk"))
	must(file.Write(data))
	must(file.Seek(0, io.SeekStart))
	say("uploaded", images.Upload(client, id, file))
	must(0, os.Remove(file.Name()))
	for image := must(images.Get(client, id)); ; image = must(images.Get(client, id)) {
		say("looked", nil, image.Status, image.Size)
		if image.Status == "active" {
			break
		}
	}

	renamed := must(images.Update(client, id, []ims.UpdateImageOpts{
		{Op: "replace", Path: "/name", Value: "renamed disk"},
		{Op: "replace", Path: "/tags", Value: []string{"blue"}}}))
	say("updated", nil, renamed.Name, renamed.Tags)
	say("found", nil, names(client, ims.ListImagesOpts{
		Name: "renamed disk", Status: "active", Tag: "blue", SortKey: "name", SortDir: "asc"}))
	say("not found", nil, names(client, ims.ListImagesOpts{Tag: "green"}))

	member := must(logIn("MEMBER_"))
	project := member.ProjectID
	shared := must(members.Create(client, members.MemberOpts{ImageId: id, MemberId: project}))
	say("shared", nil, shared.Status)
	accepted := must(members.Update(member, members.UpdateOpts{
		ImageId: id, MemberId: project, Status: "accepted"}))
	say("accepted", nil, accepted.Status)
	// The native package's own List fails, whatever is answered.
	_, err := members.List(client, id)
	say("members", err)
	say("ims members", nil, must(imsmembers.ListMembers(client, id)).Members[0].Status)
	got := must(members.Get(member, members.MemberOpts{ImageId: id, MemberId: project}))
	say("member", nil, got.Status)
	say("the member finds", nil, names(member, ims.ListImagesOpts{Visibility: "shared",
		MemberStatus: "accepted"}))
	say("downloaded", nil, bytes.Equal(download(member, id), data),
		bytes.Equal(download(client, id), data))
	say("left", members.Delete(client, members.MemberOpts{ImageId: id, MemberId: project}))
	say("deleted", images.Delete(client, images.DeleteImageOpts{ImageId: id}))
	_, err = images.Get(client, id)
	say("gone", err)
}

func pages(client *golangsdk.ServiceClient) {
	for _, name := range []string{"a", "b", "c"} {
		create(client, name, false)
	}
	say("all pages", nil, names(client, ims.ListImagesOpts{Limit: 2}))
}

// provider makes four clients: by password and by AK/SK, of the project and of the domain.
func provider() {
	cloud := must(openstack.NewEnv("OS_").Cloud()).AuthInfo
	for _, opts := range []golangsdk.AuthOptionsProvider{
		golangsdk.AuthOptions{IdentityEndpoint: cloud.AuthURL, Username: cloud.Username,
			Password: cloud.Password, DomainName: cloud.DomainName, TenantName: cloud.ProjectName,
			AllowReauth: true},
		golangsdk.AuthOptions{IdentityEndpoint: cloud.AuthURL, Username: cloud.Username,
			Password: cloud.Password, DomainName: cloud.DomainName, AllowReauth: true},
		golangsdk.AKSKAuthOptions{IdentityEndpoint: cloud.AuthURL, AccessKey: cloud.AccessKey,
			SecretKey: cloud.SecretKey, ProjectName: cloud.ProjectName},
		golangsdk.AKSKAuthOptions{IdentityEndpoint: cloud.AuthURL, AccessKey: cloud.AccessKey,
			SecretKey: cloud.SecretKey, Domain: cloud.DomainName},
	} {
		made, err := openstack.AuthenticatedClient(opts)
		say("client", err)
		if err != nil {
			continue
		}
		client := must(openstack.NewIMSV2(made, golangsdk.EndpointOpts{}))
		if made.ProjectID != "" {
			say("images", nil, names(client, ims.ListImagesOpts{}))
			continue
		}
		identity := must(openstack.NewIdentityV3(made, golangsdk.EndpointOpts{}))
		found := must(projects.List(identity, projects.ListOpts{Name: cloud.ProjectName}).AllPages())
		say("projects", nil, len(must(projects.ExtractProjects(found))))
	}
}

// renewed logs in with leave to do so again, and ends its own token.
func renewed() {
	opts := must(openstack.AuthOptionsFromEnv())
	opts.AllowReauth = true
	client := must(openstack.NewIMSV2(
		must(openstack.AuthenticatedClient(opts)), golangsdk.EndpointOpts{}))
	revoke(client)
	say("renewed", nil, names(client, ims.ListImagesOpts{}))
}

func revoke(client *golangsdk.ServiceClient) {
	identity := must(openstack.NewIdentityV3(client.ProviderClient, golangsdk.EndpointOpts{}))
	must(0, tokens.Revoke(identity, client.Token()).Err)
}

func upload(client *golangsdk.ServiceClient) {
	id := create(client, "disk", false)
	say("uploaded", images.Upload(client, id, bytes.NewReader(data)))
	say("it has", nil, must(images.Get(client, id)).Size, "of", len(data))
}

func fails(client *golangsdk.ServiceClient, status string) {
	id := create(client, "disk", status == "403")
	var err error
	switch status {
	case "401":
		revoke(client)
		_, err = images.Get(client, id)
	case "403":
		err = images.Delete(client, images.DeleteImageOpts{ImageId: id})
	case "404":
		_, err = images.Get(client, nowhere)
	case "409":
		must(0, images.Upload(client, id, bytes.NewReader(data)))
		must(images.Get(client, id))
		must(images.Get(client, id)) // active by now
		opts := members.MemberOpts{ImageId: id, MemberId: "p2"}
		must(members.Create(client, opts))
		_, err = members.Create(client, opts)
	default:
		_, err = images.Get(client, id)
	}
	say(status, err)
}

func main() {
	what := os.Args[1]
	switch what {
	case "provider":
		provider()
		return
	case "renewed":
		renewed()
		return
	}
	client, err := logIn("OS_")
	if what == "log-in" && err != nil {
		say("refused", err)
		return
	}
	must(client, err)
	switch what {
	case "log-in":
		say("images", nil, names(client, ims.ListImagesOpts{}))
	case "life":
		life(client)
	case "pages":
		pages(client)
	case "upload":
		upload(client)
	case "ims":
		extensions(client)
	case "ims-fails":
		extensionsFail(client)
	default:
		fails(client, what)
	}
}
