// What gophercloud does under a failure; docs/findings.md explains it. Run it by
// fake-ims sweep --auth issued --expect-output 'active 5' -- ./gophercloud
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/imagedata"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	ctx := context.Background()
	os.Setenv("OS_DOMAIN_NAME", os.Getenv("OS_USER_DOMAIN_NAME"))
	options, err := openstack.AuthOptionsFromEnv()
	check(err)
	options.AllowReauth = true
	provider, err := openstack.AuthenticatedClient(ctx, options)
	check(err)
	client, err := openstack.NewImageV2(provider, gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")})
	check(err)
	image, err := images.Create(ctx, client, images.CreateOpts{Name: "disk", DiskFormat: "raw", ContainerFormat: "bare"}).Extract()
	check(err)
	data := io.MultiReader(strings.NewReader("bytes")) // a stream that cannot be rewound
	err = imagedata.Upload(ctx, client, image.ID, data).ExtractErr()
	if err != nil {
		images.Delete(ctx, client, image.ID)
	}
	check(err)
	image, err = images.Get(ctx, client, image.ID).Extract()
	check(err)
	fmt.Println(image.Status, image.SizeBytes)
}
