// Uploads a disk, waits until the image is active, and prints the number of images.
// It survives no failure, but it reports each one and leaves no image behind.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

type client struct {
	http   http.Client
	token  string
	images string
}

func (c *client) ask(method, target, kind string, body []byte) (http.Header, []byte, error) {
	request, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	request.GetBody = nil // net/http must not repeat a request by itself
	request.Header.Set("Content-Type", kind)
	if c.token != "" {
		request.Header.Set("X-Auth-Token", c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, target, err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return nil, nil, fmt.Errorf("%s %s: %s", method, target, response.Status)
	}
	return response.Header, text, nil
}

func (c *client) askJSON(method, target string, body, found any) (http.Header, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	header, text, err := c.ask(method, target, "application/json", text)
	if err != nil || found == nil {
		return header, err
	}
	if err := json.Unmarshal(text, found); err != nil {
		return nil, fmt.Errorf("%s %s: the response is no JSON: %w", method, target, err)
	}
	return header, nil
}

type object = map[string]any

func (c *client) logIn() error {
	domain := object{"name": os.Getenv("OS_USER_DOMAIN_NAME")}
	user := object{"name": os.Getenv("OS_USERNAME"), "password": os.Getenv("OS_PASSWORD"),
		"domain": domain}
	body := object{"auth": object{
		"identity": object{"methods": []string{"password"}, "password": object{"user": user}},
		"scope": object{"project": object{"name": os.Getenv("OS_PROJECT_NAME"),
			"domain": object{"name": os.Getenv("OS_PROJECT_DOMAIN_NAME")}}},
	}}
	var found struct {
		Token struct {
			Catalog []struct {
				Type      string
				Endpoints []struct{ Interface, URL string }
			}
		}
	}
	header, err := c.askJSON("POST", os.Getenv("OS_AUTH_URL")+"/auth/tokens", body, &found)
	if err != nil {
		return err
	}
	c.token = header.Get("X-Subject-Token")
	for _, service := range found.Token.Catalog {
		for _, endpoint := range service.Endpoints {
			if service.Type == "image" && endpoint.Interface == "public" {
				c.images = strings.TrimRight(endpoint.URL, "/") + "/v2/images"
				return nil
			}
		}
	}
	return errors.New("the catalog has no image service")
}

func (c *client) waitUntilActive(id string) error {
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); {
		var image struct{ Status string }
		if _, err := c.askJSON("GET", c.images+"/"+id, nil, &image); err != nil {
			return err
		}
		switch image.Status {
		case "active":
			return nil
		case "killed":
			return errors.New("the upload failed: the image is killed")
		}
		time.Sleep(200 * time.Millisecond)
	}
	return errors.New("the image did not become active")
}

func (c *client) count() (int, error) {
	ids := map[string]bool{}
	for target := c.images; target != ""; {
		var page struct {
			Images []struct{ ID string }
			Next   string
		}
		if _, err := c.askJSON("GET", target, nil, &page); err != nil {
			return 0, err
		}
		for _, image := range page.Images {
			ids[image.ID] = true
		}
		target = ""
		if page.Next != "" {
			base, err := url.Parse(c.images)
			if err != nil {
				return 0, err
			}
			next, err := base.Parse(page.Next)
			if err != nil {
				return 0, err
			}
			target = next.String()
		}
	}
	return len(ids), nil
}

// Its own id: the client can delete the image even if the response is lost.
func newID() string {
	id := make([]byte, 16)
	rand.Read(id)
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func (c *client) upload(name string, data []byte) (count int, err error) {
	id := newID()
	defer func() {
		if err != nil {
			c.ask("DELETE", c.images+"/"+id, "application/json", nil)
		}
	}()
	image := object{"id": id, "name": name, "disk_format": "raw", "container_format": "bare"}
	if _, err = c.askJSON("POST", c.images, image, nil); err != nil {
		return 0, err
	}
	target := c.images + "/" + id + "/file"
	if _, _, err = c.ask("PUT", target, "application/octet-stream", data); err != nil {
		return 0, err
	}
	if err = c.waitUntilActive(id); err != nil {
		return 0, err
	}
	return c.count()
}

func main() {
	c := &client{http: http.Client{Timeout: 2 * time.Second}}
	err := c.logIn()
	if err == nil {
		var count int
		if count, err = c.upload("disk", []byte("the bytes of a disk")); err == nil {
			fmt.Printf("%d images\n", count)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "upload:", err)
	os.Exit(1)
}
