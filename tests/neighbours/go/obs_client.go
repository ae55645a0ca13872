// What gophertelekomcloud's OBS client does with buckets, objects and parts of the fake:
// obs_client URL ACCESS_KEY SECRET_KEY. docs/neighbours.md has the record of a run.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/opentelekomcloud/gophertelekomcloud/openstack/obs"
)

func must(err error) {
	if err != nil {
		fmt.Println("FAILED", err)
		os.Exit(1)
	}
}

func main() {
	for _, signature := range []obs.SignatureType{obs.SignatureObs, obs.SignatureV2, obs.SignatureV4} {
		c, err := obs.New(os.Args[2], os.Args[3], os.Args[1], obs.WithSignature(signature), obs.WithMaxRetryCount(0))
		must(err)
		_, err = c.CreateBucket(&obs.CreateBucketInput{Bucket: "disks"})
		must(err)
		put := &obs.PutObjectInput{}
		put.Bucket, put.Key, put.Body = "disks", "a/b c.img", strings.NewReader("data")
		_, err = c.PutObject(put)
		must(err)
		get := &obs.GetObjectInput{}
		get.Bucket, get.Key = "disks", "a/b c.img"
		got, err := c.GetObject(get)
		must(err)
		data, _ := io.ReadAll(got.Body)
		if string(data) != "data" {
			must(fmt.Errorf("got %q", data))
		}
		listed, err := c.ListObjects(&obs.ListObjectsInput{Bucket: "disks"})
		must(err)
		begin := &obs.InitiateMultipartUploadInput{}
		begin.Bucket, begin.Key = "disks", "big"
		upload, err := c.InitiateMultipartUpload(begin)
		must(err)
		done := &obs.CompleteMultipartUploadInput{Bucket: "disks", Key: "big", UploadId: upload.UploadId}
		for n := 1; n <= 2; n++ {
			part, err := c.UploadPart(&obs.UploadPartInput{Bucket: "disks", Key: "big", UploadId: upload.UploadId, PartNumber: n, Body: bytes.NewReader(make([]byte, 200000))})
			must(err)
			done.Parts = append(done.Parts, obs.Part{PartNumber: n, ETag: part.ETag})
		}
		_, err = c.CompleteMultipartUpload(done)
		must(err)
		meta, err := c.GetObjectMetadata(&obs.GetObjectMetadataInput{Bucket: "disks", Key: "big"})
		must(err)
		many, err := c.DeleteObjects(&obs.DeleteObjectsInput{Bucket: "disks", Objects: []obs.ObjectToDelete{{Key: "big"}, {Key: "a/b c.img"}}})
		must(err)
		_, err = c.DeleteBucket("disks")
		must(err)
		buckets, err := c.ListBuckets(nil)
		must(err)
		fmt.Println(signature, "ok", len(listed.Contents), meta.ContentLength, len(many.Deleteds), len(buckets.Buckets))
		c.Close()
	}
	bad, err := obs.New(os.Args[2], "wrong", os.Args[1], obs.WithMaxRetryCount(0))
	must(err)
	_, err = bad.ListBuckets(nil)
	fmt.Println(err)
}
